import { createHash } from "node:crypto";
import test from "ava";
import { vendors } from "../../../modules/ike/v1/wire/vendor.js";

test("vendor: the IDs that are hashes of texts are theirs", (t) => {
	const md5 = (text: string) => createHash("md5").update(text).digest("hex");
	t.is(md5("RFC 3947"), vendors.natTraversal.id);
	t.is(md5("draft-ietf-ipsec-nat-t-ike-03"), vendors.natTraversal03.id);
	t.is(md5("draft-ietf-ipsec-nat-t-ike-02\n"), vendors.natTraversal02n.id);
	t.is(md5("draft-ietf-ipsec-nat-t-ike-02"), vendors.natTraversal02.id);
	t.is(md5("draft-ietf-ipsec-nat-t-ike-01"), vendors.natTraversal01.id);
	t.is(md5("draft-ietf-ipsec-nat-t-ike-00"), vendors.natTraversal00.id);
	t.is(md5("FRAGMENTATION"), vendors.fragmentation.id);
});
