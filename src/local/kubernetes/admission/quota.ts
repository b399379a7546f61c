import { at, fieldsOf, listOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import type { Kind } from '../resources.js';
import { amountsOf, listed, textOfAmount } from './amounts.js';
import type { Amounts } from './amounts.js';
import { containerUsage, isInScope, usageOf, usedIn } from './usage.js';

/** What every container must say once a quota limits it. */
const mustBeSaid: ReadonlySet<string> = new Set(
  ['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
);

/**
 * Why the ResourceQuotas of a namespace refuse a new object, or undefined when
 * they do not. What is used is counted anew each time, so it is never late.
 */
export function quotaRefusal(store: ObjectStore, kind: Kind, object: Fields): string | undefined {
  const namespace = textOf(at(object, 'metadata', 'namespace'));
  const quotas = store.list('resourcequotas', namespace).filter((quota) => isInScope(quota, kind, object));
  if (quotas.length === 0) return undefined;
  if (kind.resource === 'pods') {
    for (const quota of quotas) {
      const missing = missingWords(quota, fieldsOf(object['spec']));
      if (missing !== undefined) return `failed quota: ${quota.metadata.name}: must specify ${missing}`;
    }
  }
  const requested = usageOf(kind, object);
  for (const quota of quotas) {
    const refusal = exceeded(quota, requested, () => usedIn(store, namespace, quota));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const hardOf = (quota: KubernetesObject): Amounts => amountsOf(at(quota, 'spec', 'hard'));

function missingWords(quota: KubernetesObject, spec: Fields): string | undefined {
  const containers = [...listOf(spec['containers']), ...listOf(spec['initContainers'])];
  const lacking = [...hardOf(quota).keys()]
    .filter((name) => mustBeSaid.has(name))
    .map((name) => ({ name, silent: containers.filter((container) => !containerUsage(container).has(name)) }))
    .filter(({ silent }) => silent.length > 0)
    .map(
      ({ name, silent }) =>
        `${name} for: ${silent
          .map((one) => textOf(one['name']))
          .toSorted()
          .join(',')}`,
    );
  return lacking.length === 0 ? undefined : lacking.toSorted().join('; ');
}

function exceeded(quota: KubernetesObject, requested: Amounts, usedNow: () => Amounts): string | undefined {
  const hard = hardOf(quota);
  const limited = [...requested.keys()].filter((name) => hard.has(name));
  if (limited.length === 0) return undefined;
  const used = usedNow();
  const over = limited.filter((name) => {
    const wanted = requested.get(name)?.thousandths ?? 0;
    return wanted > 0 && (used.get(name)?.thousandths ?? 0) + wanted > (hard.get(name)?.thousandths ?? 0);
  });
  if (over.length === 0) return undefined;
  const amounts = `requested: ${listed(requested, over)}, used: ${listed(used, over)}, limited: ${listed(hard, over)}`;
  return `exceeded quota: ${quota.metadata.name}, ${amounts}`;
}

/** What a quota's status says at present. */
export function quotaStatus(store: ObjectStore, quota: KubernetesObject): Fields {
  const hard = fieldsOf(at(quota, 'spec', 'hard'));
  const used = usedIn(store, quota.metadata.namespace ?? '', quota);
  const amounts = Object.keys(hard).map((name) => {
    const amount = used.get(name);
    return [name, amount === undefined ? '0' : textOfAmount(amount)] as const;
  });
  return { hard, used: Object.fromEntries(amounts) };
}
