// SPDX-License-Identifier: BSD-3-Clause
// Runs models of ONNX on rows of numbers and of texts, with tabs between them.
// usage: run.mjs FOLDER/NAME...
// Of each FOLDER/NAME.onnx the rows are in FOLDER/numbers.part and FOLDER/texts.part; a file that the model
// needs none of may be missing. Writes FOLDER/NAME.outputs, the numbers of each row, and for a model that has
// labels FOLDER/NAME.labels.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import ort from "onnxruntime-web";

const readRows = (path) =>
  existsSync(path) ? readFileSync(path, "utf8").replace(/\n$/, "").split("\n").map((line) => line.split("\t")) : [];

const joinRows = (tensor) => {
  const width = tensor.dims.length > 1 ? tensor.dims[1] : 1;
  const lines = [];
  for (let r = 0; r < tensor.dims[0]; r++)
    lines.push(Array.from(tensor.data.slice(r * width, (r + 1) * width)).join("\t") + "\n");
  return lines.join("");
};

const runModel = async (path) => {
  const session = await ort.InferenceSession.create(readFileSync(`${path}.onnx`));
  const numbers = readRows(`${dirname(path)}/numbers.part`);
  const texts = readRows(`${dirname(path)}/texts.part`);

  const run = async (first, end) => {
    const feeds = {};
    const own = numbers.slice(first, end);
    const ownTexts = texts.slice(first, end);
    if (session.inputNames.includes("numbers"))
      feeds.numbers = new ort.Tensor(
        "float64", Float64Array.from(own.flat(), (text) => (text === "" ? NaN : Number(text))),
        [own.length, own[0].length]);
    if (session.inputNames.includes("texts"))
      feeds.texts = new ort.Tensor("string", ownTexts.flat(), [ownTexts.length, ownTexts[0].length]);
    const outputs = await session.run(feeds);
    const values = outputs.predictions ?? outputs.probabilities;
    if (values.type !== "float64") throw new Error(`the outputs are ${values.type}`);
    const labels = outputs.label ?? outputs.labels;
    return [joinRows(values), labels ? joinRows(labels) : ""];
  };

  const N = Math.max(numbers.length, texts.length);
  const parts = [await run(0, 1), await run(1, N)];
  writeFileSync(`${path}.outputs`, parts.map((part) => part[0]).join(""));
  writeFileSync(`${path}.labels`, parts.map((part) => part[1]).join(""));
  await session.release();
};

for (const path of process.argv.slice(2))
  await runModel(path).catch((error) => console.error(`${path}: ${error}`));
