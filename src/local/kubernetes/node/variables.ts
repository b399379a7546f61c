/**
 * Expands `$(NAME)` as Kubernetes does in command, args and env values: a
 * name that is not known stays as it is, `$$(NAME)` becomes `$(NAME)`.
 *
 * @see k8s.io/kubernetes/third_party/forked/golang/expansion
 */
export function expandVariables(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    whole === '$$' ? '$' : (known.get(name ?? '') ?? whole),
  );
}
