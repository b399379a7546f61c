import { describe, expect, it } from '@jest/globals';
import { parseLogLine } from '../../src/model/log-line.js';

describe('a line of a runner’s pod log', () => {
  it('of a program carries its trial, attempt and stream', () => {
    expect(parseLogLine('#12.3 out: epoch 1')).toEqual({
      trialIndex: 12,
      attempt: 3,
      stream: 'STDOUT',
      text: 'epoch 1',
    });
    expect(parseLogLine('#0.1 err: #1.1 out: x')).toEqual({
      trialIndex: 0,
      attempt: 1,
      stream: 'STDERR',
      text: '#1.1 out: x',
    });
  });

  it('keeps blanks and may be empty', () => {
    expect(parseLogLine('#0.1 out:   indented ').text).toBe('  indented ');
    expect(parseLogLine('#0.1 out: ').text).toBe('');
    expect(parseLogLine('#0.1 out:').text).toBe('');
    expect(parseLogLine('#0.1 out: a\rb\u2028c').text).toBe('a\rb\u2028c');
  });

  it('of the runner itself loses its prefix', () => {
    expect(parseLogLine('runner: 3 trials claimed')).toEqual({ stream: 'RUNNER', text: '3 trials claimed' });
  });

  it.each(['', 'Killed', '#1 out: x', '#1.1 log: x', ' #1.1 out: x', '#9999999999999999.1 out: x', '#1.1 out:x'])(
    'of any other form is the runner’s, whole: %p',
    (line) => {
      expect(parseLogLine(line)).toEqual({ stream: 'RUNNER', text: line });
    },
  );
});
