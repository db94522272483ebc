import { createHash } from "node:crypto";
import test from "ava";
import { vendors } from "../../../modules/ike/v1/wire/vendor.js";

test("vendor: the IDs that are hashes of texts are theirs", (t) => {
	const md5 = (text: string) => createHash("md5").update(text).digest("hex");
	t.is(vendors.natTraversal.id, md5("RFC 3947"));
	t.is(vendors.natTraversal03.id, md5("draft-ietf-ipsec-nat-t-ike-03"));
	t.is(vendors.natTraversal02n.id, md5("draft-ietf-ipsec-nat-t-ike-02\n"));
	t.is(vendors.natTraversal02.id, md5("draft-ietf-ipsec-nat-t-ike-02"));
	t.is(vendors.fragmentation.id, md5("FRAGMENTATION"));
});
