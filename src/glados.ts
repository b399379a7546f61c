#!/usr/bin/env node
import { main } from './cli/main.js';
import { diagnoseRecorded } from './diagnose-recorded.js';

await main({ diagnose: diagnoseRecorded });
