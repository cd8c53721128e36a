// The moon under which the watchman walks.
export function Logo({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#12305b" />
      <path d="M20 6a10 10 0 1 0 6 16A8 8 0 0 1 20 6z" fill="#ffd166" />
    </svg>
  );
}
