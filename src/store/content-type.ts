const types: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  jar: 'application/java-archive',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  py: 'text/x-python; charset=utf-8',
  sh: 'text/x-shellscript; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  zip: 'application/zip',
};

/** The media type that a file's name tells; application/octet-stream when it tells none. */
export function contentTypeOf(name: string): string {
  return types[name.toLowerCase().split('.').pop() ?? ''] ?? 'application/octet-stream';
}
