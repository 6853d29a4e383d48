import { resolve } from '$app/paths';

/** Where one signs in and comes back to this page. */
export function signInAndBack({ pathname }: { pathname: string }) {
  return resolve(`/(account)/sign-in?to=${encodeURIComponent(pathname)}`);
}
