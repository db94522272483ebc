/** The backends of accelerator.h, for tests that compile C (hosts/backends.mjs). */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Backends {
	readonly backends: Readonly<Record<string, { readonly libraries: readonly string[] }>>;
	cryptoSources(backend: string): string[];
	withBackend(backend: string, sources: readonly string[]): string[];
	isInstalled(backend: string): boolean;
}

const all = await import(pathToFileURL(join(process.cwd(), "hosts/backends.mjs")).href) as Backends;

export type Backend = "openssl" | "mbedtls";
export const backends: readonly Backend[] = Object.freeze(["openssl", "mbedtls"]);

/** What a program with this backend is made of: C files and libraries, as gcc's last words. */
export function backendWords(backend: Backend): string[] {
	return [...all.cryptoSources(backend), ...all.backends[backend]!.libraries];
}

export const cryptoSources = (backend: Backend): string[] => all.cryptoSources(backend);
export const withBackend = (backend: Backend, sources: readonly string[]): string[] => all.withBackend(backend, sources);
export const libraries = (backend: Backend): readonly string[] => all.backends[backend]!.libraries;
export const isInstalled = (backend: Backend): boolean => all.isInstalled(backend);
