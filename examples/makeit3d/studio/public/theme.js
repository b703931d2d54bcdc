// Runs before the first paint: the theme that was chosen here, or the system's.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem("studio-theme");
  } catch {
    kept = null; // Storage is forbidden: the system decides.
  }
  document.documentElement.dataset.theme =
    kept === "light" || kept === "dark"
      ? kept
      : matchMedia("(prefers-color-scheme: dark)").matches
        ? "dark"
        : "light";
})();
