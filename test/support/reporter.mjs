/**
 * Ends a run with the lines that continuous integration reads: what failed and what passed only when it was tried again,
 * by name, then `N passed, N failed, N skipped`.
 */
export default class ClosingLines {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const lines = [];
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        count[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
        if (state === 'failed') failedTests += 1;
        if (state === 'failed') lines.push(`FAILED ${name}: ${firstLine(errors)}`);
        if (state === 'passed' && test.diagnostic()?.flaky)
          lines.push(`AT THE SECOND TRY ${name}: ${firstLine(errors)}`);
      }
      // A file that could not be loaded has no failed test of its own; it must not count as fine.
      if (module.state() === 'failed' && failedTests === 0) {
        count.failed += 1;
        lines.push(`FAILED ${module.relativeModuleId}: ${firstLine(module.errors())}`);
      }
    }
    for (const error of unhandledErrors) lines.push(`FAILED outside any test: ${firstLine([error])}`);
    for (const line of lines) console.log(line);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}

function firstLine(errors) {
  return String(errors?.[0]?.message ?? '')
    .split('\n')[0]
    .slice(0, 300);
}
