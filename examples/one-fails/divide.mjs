// Divides 100 by a number, and refuses to divide by zero.
import { readFileSync, writeFileSync } from 'node:fs';

const divisor = Number(/^divisor\s*=\s*(.*)$/m.exec(readFileSync(process.argv[2], 'utf8'))[1]);

console.log(`Dividing 100 by ${divisor}`);
if (divisor === 0) {
  console.error('The divisor is zero: there is no quotient.');
  process.exit(1);
}
writeFileSync('results.csv', `Quotient\n${100 / divisor}\n`);
