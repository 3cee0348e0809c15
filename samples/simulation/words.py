"""What simulated people say and write: sentences of our own, put together so that no two texts need be alike."""

from domain.vocabulary.barriers import Barrier
from samples.simulation.chance import Chance

Topic = tuple[tuple[str, ...], ...]
"""Sentences by their place in the text; one is taken for each place."""


def say(chance: Chance, topic: Topic) -> str:
    """A text on the topic."""
    random = chance.random
    return " ".join([sentences[int(random() * len(sentences))] for sentences in topic])


CHECK_IN: Topic = (
    (
        "Slept on and off, but the morning was calmer than I feared.",
        "Woke up before the alarm and lay there listening to the rain.",
        "Long shift today, my feet hurt and I was short with people.",
        "Quiet day, which is harder than it sounds.",
        "The bus was late again and I nearly turned round.",
        "Had breakfast with my sister for the first time in months.",
        "Not much to tell, I kept to the routine.",
        "I was on edge all afternoon and could not say why.",
        "Walked the long way home so I would not pass the old corner.",
        "My back is bad and that puts me in a mood.",
        "Good news about the apartment, we can see it on Friday.",
        "Argued on the phone and then sat in the car for a while.",
    ),
    (
        "The urge came around four and stayed for about twenty minutes.",
        "Hardly any craving until dinner, then it was there all at once.",
        "I used the breathing we practised and it took the edge off.",
        "I wrote it down instead of sending that message.",
        "Texted my peer before it got bigger, that helped.",
        "It passed, slowly, like you said it would.",
        "I counted the blue things in the room until my hands were steady.",
        "I thought about the last time and how the next morning felt.",
        "I put the phone in the kitchen and went for a walk with the dog.",
        "Nothing worked very well, but I stayed in.",
        "I ate something first, which I never used to do.",
        "I told my brother the truth when he asked how I was.",
    ),
    (
        "What I notice is that the evenings are the same as they always were, only I am different in them.",
        "My mother asked nothing and set a plate for me, which was the best part of the day.",
        "At work they put me on the early shift again; I said I would try it for two weeks and then see.",
        "I keep thinking about what I will say on Sunday, and then I remember that I do not have to say all of it.",
        "The exercises for the back took a quarter of an hour and I could stand straight afterwards.",
        "It is strange to have money left in the middle of the month, I put some of it away for the boy's shoes.",
        "Somebody from before waved from across the street; I waved back and kept walking, heart going like a drum.",
        "I read the page you gave me twice and underlined the part about waiting out the wave.",
        "The flat is loud at night and I sleep with the radio on, low, so that it is not only my own head.",
        "I laughed today, properly, at something silly the group leader said about his socks.",
    ),
    (
        "Tomorrow I have the group at six and I mean to go.",
        "I would like to talk about the weekend when we meet.",
        "Can we move Thursday, the school called about a meeting?",
        "I am proud of today, small as it was.",
        "Please ask me about sleep next time, I keep forgetting.",
        "I am tired but I am here.",
        "That is all, good night.",
        "If you can, call before noon.",
        "I want to try the mornings without coffee.",
        "Still waiting for the letter about the insurance.",
    ),
)

SHORT_CHECK_IN: Topic = (CHECK_IN[0],)

SESSION: Topic = (
    (
        "Client arrived on time and looked more rested than last week.",
        "Client joined late from the parking lot of the workplace and wanted to go on all the same.",
        "Client began with the good news of the week before naming what was hard.",
        "Client was quiet at first; we took ten minutes to settle.",
        "Client brought the notebook and read from the last three evenings.",
        "Client came with a question about sleep and medication.",
    ),
    (
        "We looked at the hours between work and bed, when urges are strongest, and drew them as a curve.",
        "We went through last Saturday step by step and found two moments at which another way had been open.",
        "We talked about the visit to the parents and what may be said there, and what need not be.",
        "We returned to the loss of last winter, staying within what felt bearable today.",
        "We named three thoughts that come before the urge and tested how true each of them is.",
        "We compared the first weeks with now, since the client had lost sight of the difference.",
    ),
    (
        "Practised putting the urge at arm's length: where it sits in the body, how it rises and how it goes.",
        "Rehearsed two sentences for saying no at the company dinner, until they came without apology.",
        "Tried a slow count with feet on the floor; the client rated distress at seven before and four after.",
        "Worked on telling the partner what would help, rather than what went wrong.",
        "Listed people who can be called after nine in the evening and tried one call from here.",
        "Sorted the week's worries into those that can be acted on and those that have to be waited out.",
    ),
    (
        "The client's own reason, to be steady at the school gate, came up three times.",
        "The client values being someone others can rely on, and sees the mornings as proof of it.",
        "Confidence in getting through the weekend: six of ten, up from four.",
        "Strength seen today: asks for help before it is urgent.",
        "Money stays the loudest worry; the case manager knows and has a date with the landlord.",
        "Pain is under better control with the stretching, and the client would like to go on with it.",
    ),
    (
        "Agreed: one walk a day, notebook by the bed, and a text on Saturday at five.",
        "Agreed: the client calls the sleep clinic, we look at the answer together next time.",
        "Agreed: the family session takes place before the holiday.",
        "Agreed: two meetings this week, one of them new.",
        "Next time we begin with what was easier than expected.",
        "Next appointment stands; transport is arranged.",
    ),
)

SPOKE: Topic = (
    (
        "Short call, the line was poor, but everything that mattered was said.",
        "The client was glad of the call and spoke for a few minutes.",
        "Met by chance at the front desk and sat down together.",
        "Answered by text within the hour, and again in the evening.",
        "A quarter of an hour on the phone during the lunch break.",
    ),
    (
        "Nothing urgent was raised.",
        "The case manager has been told about the bus pass.",
        "Asked about food in the house; there is enough until Monday.",
        "The evening plan was repeated, and the client could say it without help.",
        "Will look in again before the weekend.",
    ),
)

DID_NOT_REACH: Topic = (
    (
        "Left a voice message and said when we would try again.",
        "No answer at the usual number, a text was sent.",
        "Sent a card with the group's times and a kind word.",
        "The mailbox is full; the sister will pass the message on.",
    ),
    ("Second try tomorrow before noon.", "Will look in again before the weekend.", "The peer knows and will try too."),
)

MISSED: tuple[tuple[Barrier, str], ...] = (
    (Barrier.TRANSPORT, "The car would not start and the next bus came too late."),
    (Barrier.TRANSPORT, "The ride that had been promised did not come."),
    (Barrier.CHILDCARE, "The babysitter fell ill at noon."),
    (Barrier.EMPLOYMENT, "An extra shift was put on at short notice."),
    (Barrier.ILLNESS, "The client was in bed with a fever."),
    (Barrier.LEGAL, "A court date had been moved to the same hour."),
    (Barrier.MONEY, "There was no money left for the fare."),
    (Barrier.OTHER, "No word until the evening, then an apology by text."),
)

WHAT_NEXT: Topic = (
    ("A new time was offered.", "A ride is being arranged for next week.", "We will try by phone on Thursday."),
)

PLAN: Topic = (
    (
        "Steady nights first, then work, then the family: in that order, as the client wishes.",
        "Fewer and shorter cravings, met with skills that hold at home and at work.",
        "Keep what works, the mornings and the group, and make weekends safer.",
        "Care for the pain and for the use together, with one plan that all of us read.",
        "A place to live comes first; sessions come to the client until then.",
    ),
    (
        "We look at it again in a month and change what does not fit.",
        "The client keeps a copy and decides who else sees it.",
        "Everyone who signs has said what they will do and by when.",
        "If a week goes badly we add contacts, we do not start over.",
    ),
)

INTERVENTION: Topic = (
    (
        "Weekly talk about urges, thoughts before them and ways through.",
        "A peer walks along to the first meetings and is there by text in the evening.",
        "Help with bus pass, insurance and the letters that pile up.",
        "Medication reviewed with the prescriber, side effects asked about every time.",
        "Family evenings on what supports and what does not.",
        "Naloxone at home, and everyone in the house shown how to use it.",
    ),
)

GOAL_NOTE: Topic = (
    ("Counted from the notebook.", "By the client's own estimate.", "Read off the app together.", "Better than hoped."),
)

INTAKE: Topic = (
    (
        "Came after talking about it at home for weeks; nervous and determined.",
        "Sent by the family doctor, who had asked twice.",
        "Has been in care before and knows what helped then.",
        "Wants to be able to work without counting the hours.",
        "Hopes to have the children for the weekends again.",
        "Says that the first thing is to sleep.",
    ),
    (
        "Grew up moving from place to place and learned early to manage alone.",
        "Lost a close friend two years ago and has not talked about it.",
        "Works nights, which has made every habit harder.",
        "An injury at work began it, and the pain has not left.",
        "Home has been tense since the separation.",
    ),
)

STRENGTHS: Topic = (
    (
        "Patient with others, funny, good with engines.",
        "Keeps promises to the children, whatever the week was like.",
        "Reads a great deal and likes to understand how things work.",
        "A faith that steadies, and a choir on Wednesdays.",
        "Has done this once before, for two years, and remembers how.",
    ),
)

PROTECTIVE: Topic = (
    (
        "A sister nearby who answers the phone.",
        "A job that is liked, and a boss who knows.",
        "The dog, who needs a walk at six.",
        "An older neighbour who comes for tea.",
        "The garden behind the house.",
    ),
)

HANDOFF: Topic = (
    (
        "Wants somebody who knows benefits to look at the letters.",
        "Ready to talk about medication and would like to ask questions first.",
        "Asked for a peer who has been through it.",
        "Pain clinic agreed in principle; needs our summary and a call.",
        "Evening support after the move, close to the new address.",
    ),
    ("The client knows about this and agrees.", "Please call rather than write.", "Mornings are best."),
)

HANDOFF_MET: Topic = (
    (
        "They met for half an hour and found that they had a street in common.",
        "First meeting, with the counselor in the room for the first ten minutes.",
        "The client came early and brought the letters.",
        "Introduced on the phone, then met at the front desk.",
    ),
    ("Next date is set.", "The client knows whom to call now.", "Agreed to meet every other week."),
)

CELEBRATED: Topic = (
    (
        "Pancakes at the group and a round of applause.",
        "A walk up the hill with the peer, and a photo at the top.",
        "Dinner with the family, the first in a long time.",
        "A coin, a hug and a long breath.",
        "Called the one person who always believed in it.",
    ),
)

OWN_MILESTONE: Topic = (
    (
        "First night alone in the new place, and it was fine.",
        "Said no at the wedding and danced anyway.",
        "Paid the electricity bill on the day it came.",
        "Told my daughter the whole story.",
    ),
)

RECORD_NOTE: Topic = (
    (
        "Noticed when the entries were read together.",
        "The paper notes say otherwise.",
        "Typed into the wrong field.",
        "Told by the client at the next visit.",
    ),
)

FIRST_NAMES = (
    *("Alma", "Ben", "Carmen", "Darius", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Keiko", "Luis"),
    *("Maya", "Noah", "Olga", "Priya", "Quinn", "Rosa", "Sven", "Tala", "Umar", "Vera", "Wanda", "Yusuf"),
)

FAMILY_NAMES = (
    *("Abbott", "Baptiste", "Castillo", "Dvorak", "Eriksen", "Fontaine", "Garza", "Haddad", "Ibarra", "Jensen"),
    *("Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quispe", "Ramirez", "Singh", "Tran"),
)

PARTIES = (
    *("Riverside Family Clinic", "Harbor House", "County Housing Office", "Northside Pain Center"),
    *("Open Door Legal Aid", "Lakeview Primary Care", "Bridge Sober Living"),
)
