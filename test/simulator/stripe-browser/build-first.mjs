/** Browser tests load what is in dist/, so it must match the sources. */
import { buildWhenStale } from '../../../scripts/build.mjs';

export async function setup() {
  await buildWhenStale();
}
