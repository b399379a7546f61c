// Writes docs/deploy-values.md, one row for each value of the chart, from the comments of its values.yaml.
// node scripts/deploy-values.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMap, parseDocument } from 'yaml';

const source = new URL('../deploy/helm/glados/values.yaml', import.meta.url);
const target = new URL('../docs/deploy-values.md', import.meta.url);

/** Keys with a comment end there; those without are sections, and their own keys are gone into. */
function rowsOf(map, path = []) {
  return map.items.flatMap(({ key, value }) => {
    const here = [...path, key.value];
    const comment = key.commentBefore ?? (value && map.items[0].key === key ? map.commentBefore : undefined);
    if (comment === undefined) {
      if (isMap(value) && value.items.length > 0) return rowsOf(value, here);
      throw new Error(`values.yaml: ${here.join('.')} has no comment that says what it is.`);
    }
    const text = comment
      .split(/\n\s*\n/)
      .at(-1)
      .split('\n')
      .map((line) => line.trim())
      .join(' ');
    return [{ path: here.join('.'), text, value: value.toJSON() }];
  });
}

function shown(value) {
  const text = JSON.stringify(value);
  return `\`${text.length > 120 ? `${text.slice(0, 117)}…` : text}\``.replaceAll('|', '\\|');
}

/** The whole page. */
export function valuesPage(text) {
  const document = parseDocument(text);
  const rows = rowsOf(document.contents);
  const lines = rows.map((row) => `| \`${row.path}\` | ${shown(row.value)} | ${row.text.replaceAll('|', '\\|')} |`);
  return [
    '# Values of the chart',
    '',
    '<!-- Written by `node scripts/deploy-values.mjs` from deploy/helm/glados/values.yaml. -->',
    '',
    'What is not here does not exist: `values.schema.json` refuses it, with its path. See [deploy.md](deploy.md).',
    '',
    '| value | default | |',
    '|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = valuesPage(readFileSync(source, 'utf8'));
  if (!process.argv.includes('--check')) writeFileSync(target, page);
  else if (readFileSync(target, 'utf8') !== page) {
    process.stderr.write('docs/deploy-values.md is stale: node scripts/deploy-values.mjs\n');
    process.exit(1);
  }
}
