import { readFileSync, writeFileSync } from 'node:fs';

const n = Number(/^n\s*=\s*(\d+)/m.exec(readFileSync(process.argv[2], 'utf8'))?.[1]);
writeFileSync('results.csv', `Square\n${n * n}\n`);
