/*
 * Renewal of a tunnel by quick mode, and Delete, between two gateways of this kind that may both begin at once, over a network that loses messages, and
 * with UNORDERED also doubles them and brings them in any order.
 *
 * Pair 0 is up at both from the start; pair 1 is negotiated by gateway 0, pair 2 by gateway 1. A gateway may end one of its pairs at any time (a limit,
 * a command), and both give up what is not answered. What is sent again, and what is live before what is sent, is taken from the exchange table of the
 * code, which tests/node/formal.test.ts turns into definitions. What is shown, of every order in which all this can happen:
 *
 *   - a packet goes out only on an SA whose other end is there, or was there and whose Delete has not arrived;
 *   - never on one whose Delete has arrived, unless the Delete came before there was anything to delete;
 *   - when everything is over and no Delete was lost, or packets without an SA are answered by another Delete (orphans.ts), no SA sends to an end that is gone;
 *   - nobody waits for what cannot come.
 */
#ifndef TRIES
#define TRIES 2	/* of a message: one that is lost and one that is not */
#endif
#define PAIRS 3
#define AT(side, pair) ((side) * PAIRS + (pair))

mtype = { OFFER, ANSWER, END, DELETE };
mtype = { idle, offered, answered, done, failed };

/* To gateway 0, to gateway 1. */
#ifdef UNORDERED
/* A message comes at any time, as often as it likes, or never; one that is said again before it has come is the same one. So there is room for all there are. */
#define ROOM 9
#define HAS(self, what, pair) wire[self]??[what,pair]
#define TAKE(self, what, pair) if :: wire[self]??what,pair :: skip fi
#define PUT(to, what, pair) if :: wire[to]??[what,pair] :: else -> wire[to]!!what,pair fi
#else
/* Messages come in the order in which they were sent. What there is no room for is lost, but a Delete has room always. */
#ifndef ROOM
#define ROOM 6
#endif
#define HAS(self, what, pair) wire[self]?[what,pair]
#define TAKE(self, what, pair) wire[self]?what,pair
#define PUT(to, what, pair) if :: what == DELETE || len(wire[to]) < ROOM - PAIRS -> wire[to]!what,pair :: else fi
#endif
chan wire[2] = [ROOM] of { mtype, byte };

bool inbound[6];	/* the SA that the gateway receives with */
bool outbound[6];	/* ... and sends with */
bool ended[6];		/* the gateway has ended the pair, and has told the other */
bool told[6];		/* the other's Delete has come */
mtype own[2] = idle;	/* the quick mode that the gateway has begun */
mtype theirs[2] = idle;	/* ... and the one that it answers */

/* What the other sends on this pair finds nothing here. */
#define LOST(self, pair) (outbound[AT(1 - (self), pair)] && !inbound[AT(self, pair)])
/* ... and no quick mode is about to make it (isThere in orphans.ts). */
#define ORPHAN(self, pair) (LOST(self, pair) && !(pair == (self) + 1 && own[self] == offered) && !(pair == 2 - (self) && theirs[self] == answered))

inline send(to, what, pair)
{
	if
	:: PUT(to, what, pair)
#ifndef DELETES_ARRIVE
	:: skip
#else
	:: what != DELETE -> skip
#endif
	fi
}

/* What the other gateway has told that there is not any more. */
inline forget(self, pair)
{
	inbound[AT(self, pair)] = false;
	outbound[AT(self, pair)] = false
}

/* A Delete has come; of what there is not it is nothing, and what comes later than its Delete is ended by what the other says of its packets. */
inline deleted(self, pair)
{
#ifdef UNORDERED
	told[AT(self, pair)] = told[AT(self, pair)] || inbound[AT(self, pair)] || outbound[AT(self, pair)];
#else
	told[AT(self, pair)] = true;
#endif
	forget(self, pair)
}

/* The pair goes, and the other gateway is told. */
inline end(self, pair)
{
	forget(self, pair);
	ended[AT(self, pair)] = true;
#ifndef MUTANT_ANSWERS_ON
	if
	:: theirs[self] == answered && pair == 2 - self -> theirs[self] = failed	/* nothing more is said of it */
	:: else
	fi;
#endif
	send(1 - self, DELETE, pair)
}

proctype gateway(byte self)
{
	byte mine = self + 1;
	byte other = 2 - self;	/* the pair that the other gateway begins */
	byte offers = 0;
	byte answers = 0;
	bool may = true;	/* end a pair of its own accord */

end_idle:
	do
	/* Message 1, and again. */
	:: atomic { own[self] == idle -> own[self] = offered; offers = 1;
#ifdef MUTANT_SENDS_AT_ONCE
		inbound[AT(self, mine)] = true; outbound[AT(self, mine)] = true;
#endif
		send(1 - self, OFFER, mine) }
	:: atomic { OFFER_REPEATS && own[self] == offered && offers < TRIES -> offers++; send(1 - self, OFFER, mine) }
	:: atomic { own[self] == offered && offers >= TRIES -> own[self] = failed }

	/* Message 1 has come. */
	:: atomic { HAS(self, OFFER, other) -> TAKE(self, OFFER, other);
		if
		:: theirs[self] == idle ->
			theirs[self] = answered;
			answers = 1;
			if
			:: ANSWER_AFTER_INBOUND -> inbound[AT(self, other)] = true
			:: else
			fi;
			send(1 - self, ANSWER, other)
		:: theirs[self] == answered || theirs[self] == done -> send(1 - self, ANSWER, other)
		:: else	/* refused before: no new offer */
		fi }
	:: atomic { ANSWER_REPEATS && theirs[self] == answered && answers < TRIES -> answers++; send(1 - self, ANSWER, other) }
	/* The other may have the answer, and use what is given up: it is told. */
	:: atomic { theirs[self] == answered && answers >= TRIES -> theirs[self] = failed;
		if
#ifdef MUTANT_GIVES_UP_SILENTLY
		:: true -> inbound[AT(self, other)] = false
#else
		:: inbound[AT(self, other)] -> end(self, other)
		:: else
#endif
		fi }

	/* Message 2 has come. */
	:: atomic { HAS(self, ANSWER, mine) -> TAKE(self, ANSWER, mine);
		if
		:: own[self] == offered ->
			own[self] = done;
			inbound[AT(self, mine)] = true;
			send(1 - self, END, mine);
			outbound[AT(self, mine)] = true
		:: own[self] == done -> send(1 - self, END, mine)	/* what was asked for again */
		:: else
		fi }

	/* Message 3 has come. */
	:: atomic { HAS(self, END, other) -> TAKE(self, END, other);
		if
		:: theirs[self] == answered ->
			theirs[self] = done;
			if
			:: ANSWER_AFTER_INBOUND -> skip
			:: else -> inbound[AT(self, other)] = true
			fi;
			if
			:: inbound[AT(self, other)] -> outbound[AT(self, other)] = true
			:: else	/* deleted meanwhile */
			fi
		:: else
		fi }

	:: atomic { HAS(self, DELETE, 0) -> TAKE(self, DELETE, 0); deleted(self, 0) }
	:: atomic { HAS(self, DELETE, 1) -> TAKE(self, DELETE, 1); deleted(self, 1) }
	:: atomic { HAS(self, DELETE, 2) -> TAKE(self, DELETE, 2); deleted(self, 2) }

#ifdef PACKETS_ARE_ANSWERED
	/* A packet has come on what there is not, nor is under negotiation: the other is told that by a Delete, which is none the worse for being the first. */
	:: atomic { ORPHAN(self, 0) -> send(1 - self, DELETE, 0) }
	:: atomic { ORPHAN(self, 1) -> send(1 - self, DELETE, 1) }
	:: atomic { ORPHAN(self, 2) -> send(1 - self, DELETE, 2) }
#endif

	/* One pair ends here, or none does. */
	:: atomic { may -> may = false;
		if
		:: inbound[AT(self, 0)] -> end(self, 0)
		:: inbound[AT(self, 1)] -> end(self, 1)
		:: inbound[AT(self, 2)] -> end(self, 2)
		:: skip
		fi }
	od
}

#define SOUND(self, pair) (!outbound[AT(self, pair)] || (!told[AT(self, pair)] && (inbound[AT(1 - (self), pair)] || ended[AT(1 - (self), pair)])))
#define WHOLE(self, pair) (!LOST(1 - (self), pair))

/* Packets go out at any time. */
active proctype packets()
{
end_quiet:
	atomic { !(SOUND(0, 0) && SOUND(0, 1) && SOUND(0, 2) && SOUND(1, 0) && SOUND(1, 1) && SOUND(1, 2)) -> assert(false) }
}

/* When nothing more can happen. */
active proctype over()
{
	timeout;
	assert(own[0] != offered && own[1] != offered && theirs[0] != answered && theirs[1] != answered);
#if defined(DELETES_ARRIVE) || defined(PACKETS_ARE_ANSWERED)
	assert(WHOLE(0, 0) && WHOLE(0, 1) && WHOLE(0, 2) && WHOLE(1, 0) && WHOLE(1, 1) && WHOLE(1, 2))
#endif
}

init
{
	atomic {
		inbound[AT(0, 0)] = true; outbound[AT(0, 0)] = true;
		inbound[AT(1, 0)] = true; outbound[AT(1, 0)] = true;
		run gateway(0);
		run gateway(1)
	}
}
