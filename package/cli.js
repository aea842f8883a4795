#!/usr/bin/env node
import { main } from './dist/doctor/cli.js';

const code = await main(process.argv.slice(2));
// An application may leave connections and timers open. The output is written first.
process.stdout.write('', () => process.exit(code));
