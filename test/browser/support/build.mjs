import { buildApi } from '../../../demo/api.mjs';

/** Compiles the API once, before all suites. */
export default function build() {
  return buildApi(new AbortController().signal);
}
