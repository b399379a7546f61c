import type { Condition } from '../model/job.js';

/** So many different texts are kept at most; then it begins anew. */
const most = 20_000;
/** Longer ones are seldom the same twice. */
const longest = 300;
const texts = new Map<string, string>();
const conditions = new Map<string, Condition>();

/**
 * The same text, kept once: ten thousand pods say the same image, node and
 * reasons, and JSON.parse makes a new string for each.
 */
export function shared(text: string): string {
  if (text.length > longest) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= most) texts.clear();
  texts.set(text, text);
  return text;
}

/** The same condition, kept once: pods that started in one second say the same. */
export function sharedCondition(condition: Condition): Condition {
  const { type, status, reason = '', message = '', at = '' } = condition;
  if (message.length > longest) return condition;
  const key = [type, status, at, reason, message].join('\n');
  const known = conditions.get(key);
  if (known) return known;
  if (conditions.size >= most) conditions.clear();
  conditions.set(key, condition);
  return condition;
}
