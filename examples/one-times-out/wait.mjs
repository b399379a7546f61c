// Waits for a number of milliseconds; for a negative number it never ends.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const milliseconds = Number(/^milliseconds\s*=\s*(.*)$/m.exec(readFileSync(process.argv[2], 'utf8'))[1]);

console.log(milliseconds < 0 ? 'Waiting for ever' : `Waiting for ${milliseconds} ms`);
const begin = performance.now();
while (milliseconds < 0) await sleep(1000);
await sleep(milliseconds);
writeFileSync('results.csv', `Asked,Waited\n${milliseconds},${Math.round(performance.now() - begin)}\n`);
