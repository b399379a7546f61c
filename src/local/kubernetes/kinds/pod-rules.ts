import type { FailureCause } from '../api-failure.js';
import { invalid, labelCauses, required, unsupported } from './names.js';
import { listOf, textOf } from './reading.js';
import type { Fields } from './reading.js';

/** What is wrong with a pod spec; `path` is where it stands, for example `spec.template.spec`. */
export function podSpecCauses(spec: Fields, path: string): FailureCause[] {
  const containers = listOf(spec['containers']);
  const volumes = listOf(spec['volumes']);
  const volumeNames = new Set(volumes.map((volume) => textOf(volume['name'])));
  const grace = spec['terminationGracePeriodSeconds'];
  const deadline = spec['activeDeadlineSeconds'];
  const policy = textOf(spec['restartPolicy']);
  const all = [
    ...listOf(spec['initContainers']).map((container, i) => ({ container, at: `${path}.initContainers[${i}]` })),
    ...containers.map((container, i) => ({ container, at: `${path}.containers[${i}]` })),
  ];
  return [
    ...volumes.flatMap((volume, i) => namedCauses(volume, `${path}.volumes[${i}].name`)),
    ...duplicates(volumes, `${path}.volumes`),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...all.flatMap((one) => containerCauses(one.container, one.at, volumeNames)),
    ...duplicates(
      all.map(({ container }) => container),
      `${path}.containers`,
    ),
    ...(['Always', 'OnFailure', 'Never'].includes(policy)
      ? []
      : [unsupported(`${path}.restartPolicy`, policy, ['Always', 'Never', 'OnFailure'])]),
    ...(typeof grace === 'number' && grace < 0
      ? [invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0')]
      : []),
    ...(typeof deadline === 'number' && deadline < 1
      ? [invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive')]
      : []),
  ];
}

function containerCauses(container: Fields, path: string, volumes: ReadonlySet<string>): FailureCause[] {
  const pull = textOf(container['imagePullPolicy']);
  return [
    ...namedCauses(container, `${path}.name`),
    ...(textOf(container['image']) === '' ? [required(`${path}.image`)] : []),
    ...(['Always', 'IfNotPresent', 'Never'].includes(pull)
      ? []
      : [unsupported(`${path}.imagePullPolicy`, pull, ['Always', 'IfNotPresent', 'Never'])]),
    ...listOf(container['env']).flatMap((variable, i) =>
      textOf(variable['name']) === '' ? [required(`${path}.env[${i}].name`)] : [],
    ),
    ...listOf(container['volumeMounts']).flatMap((mount, i) =>
      mountCauses(mount, `${path}.volumeMounts[${i}]`, volumes),
    ),
    ...quantityCauses(container, path),
  ];
}

function namedCauses(named: Fields, path: string): FailureCause[] {
  const name = textOf(named['name']);
  return name === '' ? [required(path)] : labelCauses(path, name);
}

function mountCauses(mount: Fields, path: string, volumes: ReadonlySet<string>): FailureCause[] {
  const name = textOf(mount['name']);
  return [
    ...(name === '' ? [required(`${path}.name`)] : []),
    ...(volumes.has(name) ? [] : [notFoundValue(`${path}.name`, name)]),
    ...(textOf(mount['mountPath']) === '' ? [required(`${path}.mountPath`)] : []),
  ];
}

const notFoundValue = (field: string, value: string): FailureCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Not found: ${JSON.stringify(value)}`,
});

function duplicates(named: readonly Fields[], path: string): FailureCause[] {
  const seen = new Set<string>();
  return named.flatMap((one, i) => {
    const name = textOf(one['name']);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        reason: 'FieldValueInvalid',
        field: `${path}[${i}].name`,
        message: `Duplicate value: ${JSON.stringify(name)}`,
      } as const,
    ];
  });
}

const quantity = /^[+-]?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/u;

function quantityCauses(container: Fields, path: string): FailureCause[] {
  const resources = container['resources'] as Fields | undefined;
  return ['limits', 'requests'].flatMap((what) =>
    Object.entries((resources?.[what] ?? {}) as Fields)
      .filter(([, amount]) => !quantity.test(String(amount)))
      .map(([key, amount]) =>
        invalid(`${path}.resources.${what}[${key}]`, amount, 'quantities must match the regular expression'),
      ),
  );
}
