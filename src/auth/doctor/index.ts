export { resolveAuthOptions } from '../check-options.js';
export { type DoctorCommand, runDoctor } from './command-line.js';
