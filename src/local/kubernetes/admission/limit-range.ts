import { at, fieldsOf, listOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import type { ObjectStore } from '../objects.js';
import { amountOf, amountsOf, sumOf, textOfAmount } from './amounts.js';
import type { Amounts } from './amounts.js';

/** The items of one type of a namespace's LimitRanges. */
function itemsOf(store: ObjectStore, namespace: string, type: 'Container' | 'Pod'): Fields[] {
  return store
    .list('limitranges', namespace)
    .flatMap((range) => listOf(at(range, 'spec', 'limits')))
    .filter((item) => item['type'] === type);
}

/** A pod whose containers have the requests and limits that their namespace gives to those that say none. */
export function withLimitDefaults(store: ObjectStore, pod: Fields): Fields {
  const items = itemsOf(store, textOf(at(pod, 'metadata', 'namespace')), 'Container');
  if (items.length === 0) return pod;
  const merged = (field: string): Fields => Object.assign({}, ...items.map((item) => fieldsOf(item[field]))) as Fields;
  const limits = merged('default');
  const requests = merged('defaultRequest');
  const complete = (container: Fields): Fields => {
    const resources = fieldsOf(container['resources']);
    const own = {
      limits: { ...limits, ...fieldsOf(resources['limits']) },
      requests: { ...requests, ...fieldsOf(resources['requests']) },
    };
    const said = Object.entries(own).filter(([, amounts]) => Object.keys(amounts).length > 0);
    return { ...container, resources: { ...resources, ...(Object.fromEntries(said) as Fields) } };
  };
  const spec = fieldsOf(pod['spec']);
  return {
    ...pod,
    spec: {
      ...spec,
      ...('initContainers' in spec && { initContainers: listOf(spec['initContainers']).map(complete) }),
      containers: listOf(spec['containers']).map(complete),
    },
  };
}

/** Why the LimitRanges of a namespace refuse a pod; undefined when they do not. */
export function limitRefusal(store: ObjectStore, pod: Fields): string | undefined {
  const namespace = textOf(at(pod, 'metadata', 'namespace'));
  const containers = [...listOf(at(pod, 'spec', 'containers')), ...listOf(at(pod, 'spec', 'initContainers'))].map(
    ({ resources }) => amountsIn(fieldsOf(resources)),
  );
  const running = listOf(at(pod, 'spec', 'containers')).map(({ resources }) => amountsIn(fieldsOf(resources)));
  const together = {
    requests: sumOf(running.map(({ requests }) => requests)),
    limits: sumOf(running.map(({ limits }) => limits)),
  };
  const reasons = [
    ...containers.flatMap((one) => itemsOf(store, namespace, 'Container').flatMap((item) => reasonsOf(item, one))),
    ...itemsOf(store, namespace, 'Pod').flatMap((item) => reasonsOf(item, together)),
  ];
  if (reasons.length === 0) return undefined;
  return reasons.length === 1 ? reasons.join('') : `[${reasons.join(', ')}]`;
}

interface Resources {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const amountsIn = ({ requests, limits }: Fields): Resources => ({
  requests: amountsOf(requests),
  limits: amountsOf(limits),
});

function reasonsOf(item: Fields, { requests, limits }: Resources): string[] {
  const type = textOf(item['type']);
  const least = Object.entries(fieldsOf(item['min'])).flatMap(([name, text]) => {
    const min = amountOf(text);
    const given = requests.get(name);
    const words = `minimum ${name} usage per ${type} is ${textOfAmount(min)}`;
    if (given === undefined) return [`${words}.  No request is specified`];
    return given.thousandths < min.thousandths ? [`${words}, but request is ${textOfAmount(given)}`] : [];
  });
  const most = Object.entries(fieldsOf(item['max'])).flatMap(([name, text]) => {
    const max = amountOf(text);
    const given = limits.get(name);
    const words = `maximum ${name} usage per ${type} is ${textOfAmount(max)}`;
    if (given === undefined) return [`${words}.  No limit is specified`];
    return given.thousandths > max.thousandths ? [`${words}, but limit is ${textOfAmount(given)}`] : [];
  });
  return [...least, ...most];
}
