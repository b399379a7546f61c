// Computes how long a vehicle takes for a distance. Reads its configuration from sections that the constants text names.
import { readFileSync, writeFileSync } from 'node:fs';

const config = readIni(readFileSync(process.argv[2], 'utf8'));
const { label } = config.report;
const { name, speed } = config.vehicle;
const distance = Number(config.route.distance);

console.log(`${name} at ${speed} km/h over ${distance} km`);
writeFileSync('results.csv', `Label,Hours\n"${label}",${distance / Number(speed)}\n`);

/** Sections of an INI text; keys that stand in no section of their own are in DEFAULT. */
function readIni(text) {
  const sections = { DEFAULT: {} };
  let section = sections.DEFAULT;
  for (const line of text.split('\n')) {
    const header = /^\[(.+)\]$/.exec(line.trim());
    const entry = /^([^=]+)=(.*)$/.exec(line);
    if (header) section = sections[header[1]] ??= {};
    else if (entry) section[entry[1].trim()] = entry[2].trim();
  }
  return sections;
}
