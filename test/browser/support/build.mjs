import { buildApi } from '../../../demo/api.mjs';

/** Compiles the API once for all suites. */
export default function build() {
  return buildApi(new AbortController().signal);
}
