// Runs before the first paint, so that a dark page never flashes white. A file of its own, because
// the content security policy allows no inline script.
(function () {
  var scheme = null;
  var density = null;
  try {
    scheme = localStorage.getItem("rapport.scheme");
    density = localStorage.getItem("rapport.density");
  } catch {
    // Storage can be switched off; the system's scheme is used then.
  }
  if (scheme !== "light" && scheme !== "dark") {
    scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
  if (!/^\/(sign-in|portal|review)(\/|$)/.test(location.pathname)) document.documentElement.setAttribute("data-house", "");
  document.documentElement.setAttribute("data-density", density === "compact" ? "compact" : "comfortable");
})();
