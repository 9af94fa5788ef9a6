// SPDX-License-Identifier: BSD-3-Clause
// In the place of the theme's own script, which Debian's package has as a module that no page loads as
// one: the browser refuses it. The pages need none.
