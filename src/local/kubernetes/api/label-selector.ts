import { ApiFailure } from '../api-failure.js';
import { isQualifiedName, isLabelValue } from '../kinds/names.js';

export type Labels = Readonly<Record<string, string>>;

type Token = { readonly kind: 'word' | 'symbol' | 'end'; readonly text: string };

/**
 * Parses a label selector: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`,
 * `a notin (b,c)`, `a>1`, `a<1`, joined by commas. Empty selects everything.
 *
 * As in Kubernetes, `!=` and `notin` also select objects without the key.
 *
 * @throws ApiFailure 400 in the words of apimachinery's parser
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const tokens = tokensOf(text);
  let position = 0;
  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '' };
  const next = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const demands: ((labels: Labels) => boolean)[] = [];
  if (peek().kind === 'end') return () => true;
  for (;;) {
    demands.push(requirement(next, peek));
    const after = next();
    if (after.kind === 'end') break;
    if (after.text !== ',') throw bad(`found '${after.text}', expected: ',' or 'end of string'`);
    if (peek().kind === 'end') throw bad(`found '', expected: identifier after ','`);
  }
  return (labels) => demands.every((demand) => demand(labels));
}

function requirement(next: () => Token, peek: () => Token): (labels: Labels) => boolean {
  const negated = peek().text === '!';
  if (negated) next();
  const { kind, text: key } = next();
  if (kind !== 'word') throw bad(`found '${key}', expected: identifier`);
  if (!isQualifiedName(key))
    throw bad(`key: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.'`);
  const operator = peek();
  if (operator.kind === 'end' || operator.text === ',') return (labels) => Object.hasOwn(labels, key) !== negated;
  if (negated) throw bad(`found '${operator.text}', expected: ',' or 'end of string'`);
  next();
  switch (operator.text) {
    case '=':
    case '==': {
      const value = valueOf(next, peek);
      return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
    }
    case '!=': {
      const value = valueOf(next, peek);
      return (labels) => labels[key] !== value;
    }
    case 'in': {
      const values = valuesOf(next);
      return (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    }
    case 'notin': {
      const values = valuesOf(next);
      return (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
    }
    case '>':
    case '<': {
      const bound = next().text;
      if (!/^-?\d+$/u.test(bound))
        throw bad(
          `values[0][${key}]: Invalid value: "${bound}": for 'Gt', 'Lt' operators, the value must be an integer`,
        );
      const sign = operator.text === '>' ? 1 : -1;
      return (labels) => /^-?\d+$/u.test(labels[key] ?? '') && sign * (Number(labels[key]) - Number(bound)) > 0;
    }
    default:
      throw bad(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

/** The value after `=`: may be missing, which means the empty text. */
function valueOf(next: () => Token, peek: () => Token): string {
  if (peek().kind === 'end' || peek().text === ',') return '';
  const { kind, text } = next();
  if (kind !== 'word') throw bad(`found '${text}', expected: identifier`);
  if (!isLabelValue(text))
    throw bad(
      `values[0]: Invalid value: "${text}": a valid label must be an empty string or consist of alphanumeric characters`,
    );
  return text;
}

function valuesOf(next: () => Token): Set<string> {
  const open = next();
  if (open.text !== '(') throw bad(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  let wantsValue = true;
  for (;;) {
    const token = next();
    if (token.kind === 'end') throw bad(`found '', expected: ',' or ')'`);
    if (token.text === ')') {
      if (wantsValue) values.add('');
      return values;
    }
    if (token.text === ',') {
      if (wantsValue) values.add('');
      wantsValue = true;
    } else {
      if (!wantsValue || token.kind !== 'word') throw bad(`found '${token.text}', expected: ',' or ')'`);
      values.add(token.text);
      wantsValue = false;
    }
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [piece] of text.matchAll(/==|!=|[=!(),<>]|[^\s=!(),<>]+/gu)) {
    tokens.push({ kind: /^[=!(),<>]/u.test(piece) ? 'symbol' : 'word', text: piece });
  }
  return tokens;
}

const bad = (why: string): ApiFailure => new ApiFailure(400, 'BadRequest', `unable to parse requirement: ${why}`);
