/** Paper is white: while a page is printed it has its light colours, whatever the screen has. */
export function printLight(): void {
  const root = document.documentElement;
  let before: string | undefined;
  window.addEventListener("beforeprint", () => {
    before = root.dataset.mantineColorScheme;
    root.dataset.mantineColorScheme = "light";
  });
  window.addEventListener("afterprint", () => {
    root.dataset.mantineColorScheme = before;
  });
}
