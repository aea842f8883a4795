#!/usr/bin/env node
import { main } from './cli.js';

void main(process.argv.slice(2)).then((code) => {
  // An application may have left connections open. The output is written first.
  process.stdout.write('', () => process.exit(code));
});
