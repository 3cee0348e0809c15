"""What simulated people say about meetings, next steps, medication and days ahead."""

from samples.simulation.words import Topic

MEETING: Topic = (
    (
        "Sat near the door and stayed to the end.",
        "Spoke for a minute, the first time.",
        "Made the coffee and talked with two newcomers.",
        "Left early because of the bus, will go again.",
        "Heard something about sleep that was worth the way.",
    ),
)

NEXT_STEP: Topic = (
    (
        "Call the pharmacy about the refill.",
        "Ask the shift lead for mornings until the end of the month.",
        "Find out which bus runs after nine in the evening.",
        "Ring the sister and say how today went.",
        "Fill in the last page of the insurance form together.",
        "Eat something warm and be in bed before eleven.",
        "Go to the six o'clock group with the peer.",
        "Walk twice around the block when the urge comes.",
    ),
)

MEDICATION: Topic = (
    (
        "Cravings come back in the late afternoon.",
        "Tired in the mornings, wants to try less.",
        "Sleeps better and would like to keep it so.",
        "Getting to the pharmacy every day is hard.",
        "Asked for it after reading about it, we spoke about what to expect.",
    ),
)

DAY_AHEAD: Topic = (
    (
        "The day on which the brother died.",
        "A wedding with an open bar, and most of the family.",
        "The hearing about the children.",
        "The first payday since the new job.",
        "A tooth has to come out, and pain is what it began with.",
    ),
)

AROUND: Topic = (
    (
        "The corner store after dark.",
        "Friday from five o'clock on, with cash in the pocket.",
        "The kitchen when nobody else is home.",
        "The parking lot behind the old workplace.",
    ),
)

AMONG_PEOPLE: Topic = (
    (
        "Old friends who call late.",
        "Quarrels about money.",
        "Colleagues who go for a drink after the shift.",
        "Being the only one at the table without a glass.",
    ),
)

SAYING_NO: Topic = (
    (
        "No thanks, I am driving.",
        "Not tonight, I have an early start.",
        "I stopped, and I would like you to help me with it.",
        "Say no, look at the door, and go through it.",
    ),
)

MILESTONE: Topic = (
    (
        "Sunday lunch with everyone at the table.",
        "My own key.",
        "A month of mornings on time.",
        "Play the guitar in front of people.",
        "The first meeting where I say my name.",
    ),
)

HELPS: Topic = (
    (
        "The evening call, and knowing that it comes.",
        "The group, more than expected.",
        "Regular meals.",
        "That somebody asks before it gets bad.",
    ),
)
