/** Ends a run with the one line that continuous integration reads: `N passed, N failed, N skipped`. */
export default class ClosingLine {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        count[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
        if (state === 'failed') failedTests += 1;
      }
      // A file that could not be loaded has no failed test of its own; it must not count as fine.
      if (module.state() === 'failed' && failedTests === 0) count.failed += 1;
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
