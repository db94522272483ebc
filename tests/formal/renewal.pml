/*
 * Renewal of a tunnel by quick mode, and Delete, between two gateways of this kind that may both begin at once, over a network that loses messages.
 *
 * Pair 0 is up at both from the start; pair 1 is negotiated by gateway 0, pair 2 by gateway 1. A gateway may end one of its pairs at any time (a limit,
 * a command), and both give up what is not answered. What is sent again, and what is live before what is sent, is taken from the exchange table of the
 * code, which tests/node/formal.test.ts turns into definitions. What is shown, of every order in which all this can happen:
 *
 *   - a packet goes out only on an SA whose other end is there, or was there and whose Delete has not arrived;
 *   - never on one whose Delete has arrived;
 *   - when everything is over and no Delete was lost, no SA sends to an end that is gone;
 *   - nobody waits for what cannot come.
 */
#ifndef TRIES
#define TRIES 2	/* of a message: one that is lost and one that is not */
#endif
#define PAIRS 3
#define AT(side, pair) ((side) * PAIRS + (pair))

mtype = { OFFER, ANSWER, END, DELETE };
mtype = { idle, offered, answered, done, failed };

#ifndef ROOM
#define ROOM 4
#endif
chan wire[2] = [ROOM] of { mtype, byte };	/* to gateway 0, to gateway 1 */

bool inbound[6];	/* the SA that the gateway receives with */
bool outbound[6];	/* ... and sends with */
bool ended[6];		/* the gateway has ended the pair, and has told the other */
bool told[6];		/* the other's Delete has come */
mtype own[2] = idle;	/* the quick mode that the gateway has begun */
mtype theirs[2] = idle;	/* ... and the one that it answers */

inline send(to, what, pair)
{
	if
	:: wire[to]!what,pair
#ifndef DELETES_ARRIVE
	:: skip
#else
	:: what != DELETE -> skip
#endif
	fi
}

/* The pair goes, and the other gateway is told. */
inline end(self, pair)
{
	inbound[AT(self, pair)] = false;
	outbound[AT(self, pair)] = false;
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
	byte pair;
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
	:: atomic { wire[self]?[OFFER,pair] -> wire[self]?OFFER,pair;
		if
		:: theirs[self] == idle ->
			theirs[self] = answered;
			answers = 1;
			if
			:: ANSWER_AFTER_INBOUND -> inbound[AT(self, pair)] = true
			:: else
			fi;
			send(1 - self, ANSWER, pair)
		:: theirs[self] == answered || theirs[self] == done -> send(1 - self, ANSWER, pair)
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
	:: atomic { wire[self]?[ANSWER,pair] -> wire[self]?ANSWER,pair;
		if
		:: own[self] == offered ->
			own[self] = done;
			inbound[AT(self, pair)] = true;
			send(1 - self, END, pair);
			outbound[AT(self, pair)] = true
		:: own[self] == done -> send(1 - self, END, pair)	/* what was asked for again */
		:: else
		fi }

	/* Message 3 has come. */
	:: atomic { wire[self]?[END,pair] -> wire[self]?END,pair;
		if
		:: theirs[self] == answered ->
			theirs[self] = done;
			if
			:: ANSWER_AFTER_INBOUND -> skip
			:: else -> inbound[AT(self, pair)] = true
			fi;
			if
			:: inbound[AT(self, pair)] -> outbound[AT(self, pair)] = true
			:: else	/* deleted meanwhile */
			fi
		:: else
		fi }

	/* A Delete has come; of what there is not it is nothing. */
	:: atomic { wire[self]?[DELETE,pair] -> wire[self]?DELETE,pair;
		told[AT(self, pair)] = true;
		inbound[AT(self, pair)] = false;
		outbound[AT(self, pair)] = false }

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
#define WHOLE(self, pair) (!outbound[AT(self, pair)] || inbound[AT(1 - (self), pair)])

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
#ifdef DELETES_ARRIVE
	assert(WHOLE(0, 0) && WHOLE(0, 1) && WHOLE(0, 2) && WHOLE(1, 0) && WHOLE(1, 1) && WHOLE(1, 2))
#endif
}

init
{
	atomic {
		inbound[AT(0, 0)] = true; outbound[AT(0, 0)] = true;
		inbound[AT(1, 0)] = true; outbound[AT(1, 0)] = true;
#ifdef ONE_BEGINS
		own[1] = failed;
#endif
		run gateway(0);
		run gateway(1)
	}
}
