/** HTML pages that need nothing but a browser: one style, escaped text, plain tables. */

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2330; background: #fff; margin: 2.5rem auto; max-width: 52rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p.query { font: 13px/1.4 ui-monospace, monospace; color: #5a6272; margin: 0 0 1.5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.table { overflow-x: auto; margin: .5rem 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: #5a6272; }
th.number { text-align: right; }
figure { margin: 1rem 0 0; }
pre { overflow-x: auto; font-size: 12px; }
th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid #e4e7ee; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.bar { width: 30%; }
.half { display: inline-block; width: 50%; vertical-align: middle; }
.half.left { text-align: right; }
.fill { display: inline-block; height: .8rem; border-radius: 2px; }
.up .fill { background: #2b7a4b; } .down .fill { background: #b3423a; }
small { color: #5a6272; display: block; }
@media (prefers-color-scheme: dark) { body { color: #e6e9f0; background: #14171d; } th, td { border-color: #2b303b; } p.query, th, small { color: #9aa3b5; } a { color: #8ab4f8; } }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } nav { display: none; } section, figure, tr { break-inside: avoid; } .table { overflow: visible; } }
`;

/** Escapes text for HTML. */
export function htmlText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/**
 * Makes a whole document.
 *
 * @param title - shown in the window and as the first heading.
 * @param body - HTML; its texts are escaped already.
 */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${htmlText(title)}</h1>
${body}
</body>
</html>
`;
}

/**
 * Draws a table of texts; columns from the second on are numbers.
 *
 * @param header - column names.
 * @param rows - cells as plain text.
 */
export function htmlTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string, c: number): string =>
    c === 0 ? `<td>${htmlText(text)}</td>` : `<td class="number">${htmlText(text)}</td>`;
  const lines = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`);
  const names = header.map(
    (name, c) => `<th scope="col"${c === 0 ? "" : ' class="number"'}>${htmlText(name)}</th>`,
  );
  return `<div class="table" tabindex="0"><table><thead><tr>${names.join("")}</tr></thead><tbody>\n${lines.join("\n")}\n</tbody></table></div>`;
}
