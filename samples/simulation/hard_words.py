"""What simulated people say and write around urges, lapses and crises."""

from samples.simulation.words import Topic

LAPSE: Topic = (
    (
        "It was at a friend's place after the funeral, people passed things round.",
        "Alone at home on Sunday evening, after the argument with the landlord.",
        "At the end of a double shift, in the car, on the way past the store.",
        "With people from before, met by chance at the station.",
        "In the night, when the pain would not let up.",
    ),
    (
        "It began with the thought that one time would not count.",
        "There had been three bad nights before it.",
        "Pay day, an empty evening and nobody to report to.",
        "The invitation came as a surprise and there was no answer ready.",
    ),
)

LEARNED: Topic = (
    (
        "Hunger and tiredness together are the warning sign, more than any place.",
        "The hour after bad news is the one to spend with somebody.",
        "Telling someone the next morning made it end there.",
        "Cash in the pocket on a Friday makes it likelier.",
        "The urge would have passed; last month it did.",
    ),
    (
        "We will move the check-in to the late afternoon.",
        "The client wants a second contact for weekends.",
        "Pain care comes first now, the appointment is made.",
        "The route home changes, and the group comes before dinner.",
    ),
)

CLOSE_CALL: Topic = (
    (
        "Stood at the counter with the bottle in hand and put it back.",
        "Had the number on the screen, then called the peer instead.",
        "Left the party by the back door and walked until it eased.",
        "Sat on the stairs and breathed until the neighbour came by.",
        "Waited twenty minutes by the clock, as agreed, and then it was smaller.",
    ),
    (
        "What helped most was having said the plan aloud the day before.",
        "The picture of the children on the phone helped.",
        "Cold water on the hands, then a hot tea.",
        "Knowing that somebody would ask in the morning.",
    ),
)

CRISIS: Topic = (
    (
        "Call came in shortly after the shift, voice shaking, words hard to follow at first.",
        "Found sitting outside the building, cold and frightened, willing to come in.",
        "A text that said only that it was too much; the call back was answered at once.",
        "Came to the front desk without an appointment and asked not to be alone.",
        "The partner rang, worried, and then handed over the phone.",
    ),
    (
        "News of the eviction had come that morning.",
        "There had been a quarrel at home and two nights without sleep.",
        "The anniversary was yesterday and had been passed over in silence.",
        "Withdrawal had set in during the night, with cramps and sweating.",
        "A panic at work, in front of others, and the fear of losing the job.",
    ),
    (
        "We slowed down, sat by the window and counted breaths; after a quarter of an hour speech was easier.",
        "Lights down, door half open, water; the client chose to stay for an hour.",
        "Went through the safety plan line by line and changed two names on it.",
        "Agreed who stays tonight, who calls at eight, and what happens if neither can be reached.",
        "The prescriber was asked and came on the line.",
    ),
)

RESOLVED: Topic = (
    (
        "The nights are better and the client asks for ordinary times again.",
        "Three calls in a row were answered calmly.",
        "The immediate danger has passed, and somebody stays at the house until Sunday.",
        "The bed is secured and the belongings are there.",
    ),
    ("Follow-ups end here; the weekly session goes on.", "The review is on the calendar."),
)

WORKED: Topic = (
    (
        "The first call was answered within minutes, and by a voice the client knew.",
        "Coming to the house rather than asking the client to travel.",
        "One person told the others, so that nothing had to be said twice.",
        "The safety plan lay by the phone and was used.",
        "Breathing and the cold water worked, in that order.",
    ),
    (
        "The family knew what to do and what to leave.",
        "The next morning's call kept the thread.",
        "The client says that being asked plainly was a relief.",
    ),
)

DID_NOT_WORK: Topic = (
    (
        "The evening line rang for too long before it was picked up.",
        "Nobody had the new address.",
        "The warning signs were in the check-ins of the week before, and nobody had put them together.",
        "Two of the numbers on the card were out of date.",
        "There was no way to get to the group after six.",
    ),
)

ADJUSTMENT: Topic = (
    (
        "A daily question about sleep, read by the counselor before ten.",
        "A call from the peer on the eve of each date that hurts.",
        "Two sessions a week until the end of the month.",
        "The case manager and the landlord meet with the client present.",
        "A word with the prescriber about the nights.",
        "Grief work begins as soon as the client feels ready.",
    ),
)

WARNING_SIGN: Topic = (
    (
        "Two nights without sleep",
        "Not answering my sister",
        "Going back over the quarrel again and again",
        "Leaving the dishes for days",
        "Looking up old numbers",
    ),
)

COPING: Topic = (
    (
        "Walk to the river and back",
        "Cold water, then tea",
        "The playlist from the summer",
        "Count breaths to fifty",
        "Ten minutes in the garden",
    ),
)

COUNSELING_NOTE: Topic = (
    (
        "Told the story of the fire again, and this time stayed in the room while telling it.",
        "Long silences today; I let them be, and what came after was more than words would have brought.",
        "Laughed when the father was mentioned, and looked away. I did not ask yet.",
    ),
    (
        "I wonder whether the anger is easier to bear than the grief under it.",
        "The sentence about not deserving it came back, word for word as in spring.",
        "My own impatience was in the room as well; to be taken to supervision.",
    ),
)

PLACE: Topic = (("The library on a weekday", "The group on Tuesdays", "My aunt's kitchen", "The gym before seven"),)

PERSON: Topic = (("My sister", "Sam from the group", "My neighbour", "My old foreman", "My cousin in town"),)

PROFESSIONAL: Topic = (
    ("988, by call or text", "The clinic's evening line", "My counselor on weekdays", "My peer by text"),
)

MEANS: Topic = (
    (
        "Tablets are kept at my sister's and given out by the week",
        "The key to the cabinet stays with my partner",
        "No cash card on weekends, as I asked",
    ),
)
