/** What this folder uses of packages that ship no types; @types/react would replace the first two. */
declare module 'react' {
  export function createElement<P>(component: (props: P) => unknown, props: P): object;
}
declare module 'react-dom/client' {
  export function createRoot(container: Element): { render(element: object): void };
}
