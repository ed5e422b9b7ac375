/** Capture: take authorized money, all of it or the part whose items are shipped. */
import { decideCapture } from '../domain/decisions.js';
import { handleOf } from './beats.js';
import type { CommandFlow } from './command.js';

export const capture: CommandFlow = {
  decide: decideCapture,
  prepare: (connector, file, asked, context) =>
    connector.capture.prepare({ payment: handleOf(file), ...asked }, context),
  done: 'payment_captured',
  refused: 'payment_capture_failed',
};
