// Adds and subtracts two whole numbers and writes both into results.csv.
import { readFileSync, writeFileSync } from 'node:fs';

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
const config = Object.fromEntries(lines.filter((line) => line.includes('=')).map((line) => line.split(/\s*=\s*/, 2)));
const x = Number(config.x);
const y = Number(config.y);

console.log(`Adding and subtracting ${x} and ${y}`);
writeFileSync('results.csv', `Addition,Subtraction\n${x + y},${x - y}\n`);
