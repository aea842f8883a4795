export { resolveAuthOptions } from '../check-options.js';
export { looksLikeClientId } from './client-id.js';
export { type DoctorCommand, runDoctor } from './command-line.js';
