/**
 * The column names in the first line of a CSV file, for mapping columns of a file that the API cannot make sense
 * of by itself. Only the head of the file is read; rows are parsed by the API alone.
 */
export async function headerOf(file: Blob): Promise<string[]> {
  const head = await file.slice(0, 65_536).text();
  const line = head.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/).find((text) => text.trim() !== "") ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  const delimiter = [",", ";", "\t", "|"].sort((a, b) => bare.split(b).length - bare.split(a).length)[0] ?? ",";
  const names: string[] = [];
  let name = "";
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === delimiter && !quoted) {
      names.push(name.trim());
      name = "";
    } else name += letter;
  }
  return [...names, name.trim()].filter(Boolean);
}
