import { indexes } from './indexes.js';
import type { Migration } from './migration.js';

/** Every migration there is, in order. Add at the end. */
export const released: readonly Migration[] = [indexes];
