/**
 * Makes what the peer VM boots from Debian's packages: the kernel, and a first file system with strongSwan's charon, libreswan's pluto and
 * the tools they need. Run by Node as root (apt-get wants to be) before tests; does nothing when build/peer-vm holds it already.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Cpio } from "./cpio.js";

export const folder = resolve("build/peer-vm");
export const kernelFile = join(folder, "vmlinux");
export const systemFile = join(folder, "system.cpio");

const guest = "tests/interop/vm/guest";
const libraries = "usr/lib/x86_64-linux-gnu";

/** Everything in the VM is of these, so that nothing depends on what this machine has. */
const packages = `busybox-static dash kmod iproute2 iputils-ping netcat-openbsd tcpdump
	strongswan-charon strongswan-libcharon strongswan-swanctl libstrongswan libstrongswan-standard-plugins
	libstrongswan-extra-plugins libcharon-extra-plugins libreswan libnss3-tools
	libaudit1 libbpf1 libbrotli1 libbsd0 libc6 libcap-ng0 libcap2 libcap2-bin libcom-err2 libcrypt1 libcurl3-nss libdbus-1-3 libelf1
	libevent-2.1-7 libevent-core-2.1-7 libevent-pthreads-2.1-7 libffi8 libgcc-s1 libgcrypt20 libgmp10 libgnutls30 libgpg-error0
	libgssapi-krb5-2 libhogweed6 libidn2-0 libk5crypto3 libkeyutils1 libkmod2 libkrb5-3 libkrb5support0 libldap-2.5-0 libldns3
	liblz4-1 liblzma5 libmd0 libmnl0 libnettle8 libnghttp2-14 libnspr4 libnss3 libp11-kit0 libpam0g libpcap0.8 libpcre2-8-0 libpsl5
	librtmp1 libsasl2-2 libselinux1 libsqlite3-0 libssh2-1 libssl3 libsystemd0 libtasn1-6 libunbound8 libunistring2 libxtables12
	libzstd1 zlib1g netbase`.split(/\s+/);

/** Kernel modules that are loaded at the start; with those that the kernel asks for later, and all that these need. */
const modulesAtStart = `virtio_pci virtio_console virtio_net virtio_rng dummy xfrm_user esp4 ah4 xfrm4_tunnel
	authenc echainiv seqiv drbg sha512_generic ctr gcm ghash-generic des_generic`.split(/\s+/);
const modulesLater = `af_key authencesn crypto_null ghash-clmulni-intel aesni-intel sha1-ssse3 sha256-ssse3 sha512-ssse3
	des3_ede-x86_64 jitterentropy_rng ansi_cprng algif_hash algif_skcipher algif_aead algif_rng`.split(/\s+/);

const programs = ["bin/dash", "bin/busybox", "sbin/ip", "bin/ip", "bin/kmod", "bin/ping", "bin/nc.openbsd", "bin/tcpdump", "sbin/swanctl", "bin/certutil", "bin/pk12util", "sbin/ipsec"];

function must(command: string, words: readonly string[], { cwd = folder, input }: { cwd?: string; input?: Buffer } = {}): Buffer {
	const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, input, maxBuffer: 1 << 28 });
	if (error !== undefined || status !== 0)
		throw new Error(`${command} ${words.join(" ")}: ${error?.message ?? stdout.toString("utf8", 0, 2000) + stderr.toString()}`);
	return stdout;
}

/** The kernel of the day, by its package's name. */
function kernelPackage(): string {
	const name = /Depends: (linux-image-[0-9]\S+)/.exec(must("apt-cache", ["depends", "linux-image-amd64"], { cwd: "/" }).toString());
	if (name === null)
		throw new Error("linux-image-amd64 names no kernel");
	return name[1]!;
}

/** Downloads and unpacks into `tree`. An old package list can name versions that are gone: it is fetched again, once. */
function unpack(tree: string): void {
	const archives = join(folder, "packages");
	mkdirSync(archives, { recursive: true });
	const download = (): Buffer => must("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", kernelPackage(), ...packages], { cwd: archives });
	try {
		download();
	}
	catch {
		must("apt-get", ["-q", "update"]);
		download();
	}
	mkdirSync(tree);
	for (const name of readdirSync(archives))
		must("dpkg", ["-x", join(archives, name), tree]);
	rmSync(archives, { recursive: true });
}

/** The ELF kernel out of Debian's image, whose payload is packed by xz: QEMU enters it as it is, and no time goes into unpacking it in the VM. */
function kernel(tree: string): Buffer {
	const name = readdirSync(join(tree, "boot")).find((each) => each.startsWith("vmlinuz-"))!;
	const image = readFileSync(join(tree, "boot", name));
	// Documentation/x86/boot.rst: setup_sects at 0x1f1, payload_offset and payload_length at 0x248; four bytes of size are behind the payload
	const start = (image[0x1f1]! + 1) * 512 + image.readUInt32LE(0x248);
	const unpacked = must("xz", ["-dc", "--single-stream"], { input: image.subarray(start, start + image.readUInt32LE(0x24c) - 4) });
	if (unpacked.readUInt32BE(0) !== 0x7f454c46)
		throw new Error(`${name} holds no ELF file`);
	return unpacked;
}

/** The chosen modules and what they need; depmod's tables are made anew over no more than these. */
function addModules(cpio: Cpio, tree: string): void {
	const version = readdirSync(join(tree, "lib/modules"))[0]!;
	must("depmod", ["-b", tree, version]);
	const shown = [...modulesAtStart, ...modulesLater].map((name) => must("modprobe", ["-d", tree, "-S", version, "--show-depends", name]).toString()).join("");
	const chosen = new Set([...shown.matchAll(/^insmod (\S+)/gm)].map((match) => match[1]!.slice(tree.length + 1)));
	const stage = `${tree}.modules`;
	rmSync(stage, { recursive: true, force: true });
	for (const path of [...chosen, ...["order", "builtin", "builtin.modinfo"].map((name) => `lib/modules/${version}/modules.${name}`)]) {
		mkdirSync(dirname(join(stage, path)), { recursive: true });
		linkSync(join(tree, path), join(stage, path));
	}
	must("depmod", ["-b", stage, version]);
	cpio.files(`usr/lib/modules/${version}`, join(stage, "lib/modules", version), undefined, true);
	cpio.text("etc/modules", `${modulesAtStart.join(" ")}\n`);
	rmSync(stage, { recursive: true });
}

function system(tree: string): Buffer {
	const cpio = new Cpio();
	for (const name of ["bin", "sbin", "lib", "lib64"]) {
		cpio.folder(`usr/${name}`);
		cpio.link(name, `usr/${name}`);
	}
	for (const name of ["dev", "proc", "sys", "run", "tmp", "root", "conf", "var/log", "var/lib/ipsec/nss"])
		cpio.folder(name);
	cpio.link("var/run", "/run");
	cpio.character("dev/console", 5, 1);
	cpio.character("dev/null", 1, 3);
	/** Packages put files at /bin and at /usr/bin, which are one folder. */
	const both = (path: string, add: (from: string) => void): void => {
		for (const from of [join(tree, "usr", path), join(tree, path)])
			if (existsSync(from))
				add(from);
	};
	for (const path of programs)
		both(path, (from) => cpio.file(`usr/${path}`, from));
	both("lib/x86_64-linux-gnu", (from) => cpio.files(libraries, from, (name) => /\.so(\.|$)/.test(name)));
	cpio.files(`${libraries}/ossl-modules`, join(tree, libraries, "ossl-modules"));
	cpio.file("usr/lib64/ld-linux-x86-64.so.2", join(tree, "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"));
	cpio.files("usr/lib/ipsec", join(tree, "usr/lib/ipsec"), undefined, true);
	cpio.files("usr/libexec/ipsec", join(tree, "usr/libexec/ipsec"));
	cpio.files("etc", join(tree, "etc"), (name) => name === "protocols" || name === "services");
	cpio.text("etc/passwd", "root:x:0:0::/root:/bin/sh\ntcpdump:x:100:100::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n");
	cpio.text("etc/group", "root:x:0:\ntcpdump:x:100:\nnogroup:x:65534:\n");
	cpio.text("etc/hosts", "127.0.0.1 localhost\n");
	cpio.text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
	// dash, since busybox's shell runs commands of its own before those of the path, and its ip knows no xfrm
	cpio.link("usr/bin/sh", "dash");
	cpio.link("usr/sbin/modprobe", "../bin/kmod");
	for (const name of must(join(tree, "bin/busybox"), ["--list"]).toString().trim().split("\n"))
		if (!cpio.has(`usr/sbin/${name}`))
			cpio.link(`usr/bin/${name}`, "busybox");
	cpio.file("init", join(guest, "init"), 0o755);
	for (const name of ["commands", "peer"])
		cpio.file(`usr/sbin/${name}`, join(guest, name), 0o755);
	addModules(cpio, tree);
	return cpio.bytes();
}

/** What an image is made from, so that another one is made when it changes. */
function recipe(): string {
	const hash = createHash("sha256");
	for (const file of [fileURLToPath(import.meta.url), ...readdirSync(guest).sort().map((name) => join(guest, name))])
		hash.update(readFileSync(file));
	return hash.digest("hex");
}

export function make(): void {
	const stamp = join(folder, "recipe");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === recipe())
		return;
	rmSync(folder, { recursive: true, force: true });
	const tree = join(folder, "tree");
	mkdirSync(folder, { recursive: true });
	unpack(tree);
	writeFileSync(kernelFile, kernel(tree));
	writeFileSync(systemFile, system(tree));
	rmSync(tree, { recursive: true });
	writeFileSync(stamp, recipe());
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	make();
