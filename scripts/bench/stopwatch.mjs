/** The one place of the measurement that reads the machine's time. */

/** Milliseconds since some moment, with fractions; only differences mean something. */
export const stopwatch = () => performance.now();

/** Milliseconds since 1970. */
export const wallTime = () => Date.now();
