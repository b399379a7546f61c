import { at, fieldsOf, listOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';

/** One rule that a pod breaks: `reason (detail)`. */
export interface Breach {
  readonly reason: string;
  readonly detail: string;
}

type Check = (spec: Fields) => Breach | undefined;

/** Init containers first, as the real server names them. */
export const containersOf = (spec: Fields): Fields[] => [
  ...listOf(spec['initContainers']),
  ...listOf(spec['containers']),
];

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const sorted = (names: readonly string[]): string[] => [...new Set(names)].toSorted();
const many = (word: string, names: readonly string[]): string => `${word}${names.length === 1 ? '' : 's'}`;

/** `container "a"` or `containers "a", "b"`. */
export const namedContainers = (containers: readonly Fields[]): string => {
  const names = containers.map(({ name }) => textOf(name));
  return `${many('container', names)} ${quoted(names)}`;
};

export const setting = (owner: Fields, ...path: string[]): unknown => at(owner, 'securityContext', ...path);

/** Who set something: `pod`, `container "a"`, or `pod and container "a"`; undefined when nobody did. */
export function settersOf(spec: Fields, isSet: (owner: Fields) => boolean): string | undefined {
  const containers = containersOf(spec).filter(isSet);
  const setters = [...(isSet(spec) ? ['pod'] : []), ...(containers.length > 0 ? [namedContainers(containers)] : [])];
  return setters.length > 0 ? setters.join(' and ') : undefined;
}

const added = (container: Fields): string[] => {
  const names = setting(container, 'capabilities', 'add');
  return Array.isArray(names) ? names.map(String) : [];
};

/** The part about capabilities that may not be added; undefined when none was. */
export function forbiddenCapabilities(spec: Fields, allowed: ReadonlySet<string>): string | undefined {
  const bad = (container: Fields): string[] => added(container).filter((name) => !allowed.has(name));
  const containers = containersOf(spec).filter((container) => bad(container).length > 0);
  if (containers.length === 0) return undefined;
  const names = quoted(sorted(containers.flatMap(bad)));
  return `${namedContainers(containers)} must not include ${names} in securityContext.capabilities.add`;
}

const defaultCapabilities = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE ' +
    'SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'
  ).split(' '),
);

export const defaultCapabilitiesOnly: Check = (spec) => {
  const detail = forbiddenCapabilities(spec, defaultCapabilities);
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
};

export const ownNamespaces: Check = (spec) => {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
};

export const noHostPaths: Check = (spec) => {
  const names = listOf(spec['volumes']).flatMap((volume) => ('hostPath' in volume ? [textOf(volume['name'])] : []));
  return names.length === 0
    ? undefined
    : { reason: 'hostPath volumes', detail: `${many('volume', names)} ${quoted(names)}` };
};

const hostPortsOf = (container: Fields): number[] =>
  listOf(container['ports']).flatMap(({ hostPort }) => (Number(hostPort ?? 0) === 0 ? [] : [Number(hostPort)]));

export const noHostPorts: Check = (spec) => {
  const containers = containersOf(spec).filter((container) => hostPortsOf(container).length > 0);
  if (containers.length === 0) return undefined;
  const ports = sorted(containers.flatMap(hostPortsOf).map(String));
  const uses = containers.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${namedContainers(containers)} ${uses} ${many('hostPort', ports)} ${ports.join(', ')}`,
  };
};

export const notPrivileged: Check = (spec) => {
  const containers = containersOf(spec).filter((container) => setting(container, 'privileged') === true);
  if (containers.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${namedContainers(containers)} must not set securityContext.privileged=true`,
  };
};

const seLinuxTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);

const seLinuxTypeOf = (owner: Fields): string => textOf(setting(owner, 'seLinuxOptions', 'type'));
const seLinuxOf = (owner: Fields): Fields => fieldsOf(setting(owner, 'seLinuxOptions'));

export const plainSeLinux: Check = (spec) => {
  const isBad = (owner: Fields): boolean =>
    !seLinuxTypes.has(seLinuxTypeOf(owner)) ||
    textOf(seLinuxOf(owner)['user']) !== '' ||
    textOf(seLinuxOf(owner)['role']) !== '';
  const setters = settersOf(spec, isBad);
  if (setters === undefined) return undefined;
  const owners = [spec, ...containersOf(spec)].filter(isBad);
  const types = sorted(owners.map(seLinuxTypeOf).filter((type) => !seLinuxTypes.has(type)));
  const named = (field: string): string[] =>
    owners.some((owner) => textOf(seLinuxOf(owner)[field]) !== '') ? [`${field} may not be set`] : [];
  const what = [
    ...(types.length > 0 ? [`${many('type', types)} ${quoted(types)}`] : []),
    ...named('user'),
    ...named('role'),
  ];
  return {
    reason: 'seLinuxOptions',
    detail: `${setters} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
  };
};

export const profileOf = (owner: Fields): string => textOf(setting(owner, 'seccompProfile', 'type'));

export const seccompNotOff: Check = (spec) => {
  const setters = settersOf(spec, (owner) => profileOf(owner) === 'Unconfined');
  if (setters === undefined) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to "Unconfined"`,
  };
};

const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  ...['ip_local_port_range', 'ip_unprivileged_port_start', 'tcp_syncookies', 'ping_group_range'].map(
    (n) => `net.ipv4.${n}`,
  ),
  ...['ip_local_reserved_ports', 'tcp_keepalive_time', 'tcp_fin_timeout', 'tcp_rmem'].map((n) => `net.ipv4.${n}`),
  ...['tcp_keepalive_intvl', 'tcp_keepalive_probes', 'tcp_wmem'].map((n) => `net.ipv4.${n}`),
]);

export const safeSysctlsOnly: Check = (spec) => {
  const names = listOf(setting(spec, 'sysctls')).map(({ name }) => textOf(name));
  const bad = names.filter((name) => !safeSysctls.has(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};
