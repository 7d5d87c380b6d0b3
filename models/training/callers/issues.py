"""Situations by industry. ask: an ordinary reason to call (also for abusive callers);
error: the company did something wrong and it cost the caller something (grievance, some abusive);
vent: nobody in the company is to blame or it is settled already, and the caller asks for no help (offloader)."""

ISSUES = {
    "broadband": {
        "ask": [
            "router lights blink, the connection drops every evening",
            "moving house, wants to take the line along",
            "asks whether the faster tariff is worth it",
            "wants a fixed address for a small server at home",
            "the wireless does not reach the loft or the garden shed",
            "does not know which cable goes into the new box",
        ],
        "error": [
            "technician was announced twice and never came, caller took days off",
            "line was cut off a week early because of a wrong date in the system",
            "promised discount never appeared on four invoices in a row",
        ],
        "vent": [
            "a digger from the road works cut the cable, it works again since this morning",
            "the children used up everybody's evening with games, the line itself is fine",
            "neighbour complains about the aerial; caller only wanted to confirm a date",
        ],
    },
    "mobile": {
        "ask": [
            "phone fell into water, what happens to the number",
            "wants to add a second card for a tablet",
            "roaming on a cruise ship, what does it cost",
            "number should move over from another provider",
            "voicemail cannot be switched off",
            "contract ends in two months, which options are there",
        ],
        "error": [
            "billed for a foreign package that was never ordered",
            "SIM was blocked by mistake, caller missed a job interview call",
            "replacement phone was sent to the old address despite a change on file",
        ],
        "vent": [
            "someone steals the signal: lives in a valley, nobody's fault, wants to talk",
            "lost the phone on a bus, got it back, still shaken by the people there",
            "spam calls from strangers every dinner time; only checks that the bill is paid",
        ],
    },
    "energy": {
        "ask": [
            "yearly statement is higher than the year before",
            "reports a meter reading after moving in",
            "thinks about a heat pump tariff",
            "wants to change the monthly instalment",
            "solar panels on the balcony, what must be registered",
            "the meter is in the neighbour's cellar, who may read it",
        ],
        "error": [
            "meter numbers of two flats were swapped, caller paid for the neighbour for a year",
            "supply was announced as cut although everything was paid",
            "instalment was debited three times in one week, the account went into overdraft",
        ],
        "vent": [
            "prices everywhere, the government, the winter; the own contract is fine",
            "a storm took the power for a night, long since repaired",
            "landlord never insulates the house; only passes on a meter reading",
        ],
    },
    "insurance": {
        "ask": [
            "broken window after a hailstorm, how to claim",
            "what does the policy say about a bicycle in the cellar",
            "new baby, should the cover change",
            "car is sold, policy should go over or end",
            "travel cancellation because of an operation",
            "a letter with new conditions came and is hard to read",
        ],
        "error": [
            "claim papers were lost by the company twice, repair had to be paid from savings",
            "policy was cancelled by a data entry error and an accident came the week after",
            "payout went to an account that was closed and reported as closed",
        ],
        "vent": [
            "a marten ate the car's cables again, all paid already, just fed up",
            "the other driver was rude after the crash; the claim is settled",
            "burglary at the sister's, nothing to claim, cannot stop thinking about people like that",
        ],
    },
    "banking": {
        "ask": [
            "card was swallowed by a machine on holiday",
            "wants to raise the daily limit for a purchase",
            "a transfer to a foreign account, how long and what fee",
            "account for a child who turns fourteen",
            "does not recognise a booking on the statement",
            "loan for a van, what can be repaid early",
        ],
        "error": [
            "standing order was executed twice and the rent bounced",
            "account blocked after a mix-up with a namesake, shopping left at the till",
            "adviser promised a rate in writing and the contract shows another",
        ],
        "vent": [
            "branch in the village is long closed, knows it will not come back",
            "brother owes money and does not pay; only asks for the balance",
            "new banking app on the phone learnt after a week of swearing, works now",
        ],
    },
    "travel": {
        "ask": [
            "wants to change the return flight by two days",
            "are there quiet places for older parents on that island",
            "passport expires soon after the journey",
            "group of nine, rooms close to one another",
            "a dog should come along",
            "looks for a trip nobody else in the brochure does",
        ],
        "error": [
            "booked hotel had no reservation on arrival, the night was spent in the lobby",
            "tickets carry a wrong surname, the airline charged for the correction",
            "agency forgot to tell about the moved departure, the flight was missed",
        ],
        "vent": [
            "it rained for two weeks on the dream holiday, nobody can help that",
            "the in-laws ruined the trip; calls to return a questionnaire",
            "strike at the airport last month, the money is back already",
        ],
    },
    "rail": {
        "ask": [
            "which ticket is right for commuting three days a week",
            "bicycle on the night train",
            "left a coat or an instrument on the train",
            "seat with a table for work, direction of travel matters",
            "season ticket is lost, does the replacement cost",
            "help with boarding for a wheelchair",
        ],
        "error": [
            "fined although the ticket in the app was valid, appeal was mislaid",
            "reserved coach did not exist, stood for five hours after an operation",
            "refund was promised within two weeks and is three months late",
        ],
        "vent": [
            "people with loud phones on the seven ten, knows the hotline cannot change it",
            "fallen tree on the line last week, compensation already paid",
            "strangers who put bags on seats; only asks when the summer timetable starts",
        ],
    },
    "retail": {
        "ask": [
            "jacket is too small, exchange or return",
            "is the sofa also made in another fabric",
            "voucher code is not accepted at checkout",
            "wants to collect the order in a shop instead",
            "gift should arrive on a certain day",
            "how to clean a leather bag without harming it",
        ],
        "error": [
            "wrong size delivered three times for a wedding that is now over",
            "order was cancelled by the shop without a word, the sale price is gone",
            "return arrived, the shop says it never came and sends reminders",
        ],
        "vent": [
            "crowds in the shop before the holidays, nothing to complain about the order",
            "husband shrank the new pullover himself, wants no replacement",
            "fashion has no pockets any more; confirms a delivery date and goes on",
        ],
    },
    "parcel": {
        "ask": [
            "parcel is three days without a new status",
            "wants to redirect a parcel to the workplace",
            "how to send something fragile abroad",
            "collection from a third floor without a lift",
            "customs form for a birthday present",
            "card says left with a neighbour, but no name",
        ],
        "error": [
            "medicine parcel was left in the rain and is ruined",
            "signature of somebody unknown, the parcel is gone, second time",
            "business samples were sent back although the address was right, the fair was missed",
        ],
        "vent": [
            "neighbours never bring parcels over, the driver did all right",
            "doorbell has been broken for months, landlord does nothing, parcel did arrive",
            "everyone orders everything now, streets full of vans; only wanted the opening hours",
        ],
    },
    "streaming": {
        "ask": [
            "film stops in the middle on the big television",
            "account should be used in a second home",
            "child sees things that are not for a child",
            "where did the old series go",
            "subtitles in another language are missing",
            "wants to pause the subscription for the summer",
        ],
        "error": [
            "was charged for eight months after a confirmed cancellation",
            "account was deleted with fifteen years of playlists",
            "paid for a live match, the service collapsed at kick-off and refused a refund",
        ],
        "vent": [
            "the ending of the series was dreadful, has to tell somebody",
            "teenagers changed the profile picture and the language, fixed it alone",
            "no film today is as good as the ones from before; paid the bill just now",
        ],
    },
    "health": {
        "ask": [
            "appointment with a skin doctor, as soon as possible or on a certain day",
            "does the fund pay for a dental guard",
            "blood results came by post and are full of abbreviations",
            "needs a form for a stay at a spa",
            "home care for the mother, what can be applied for",
            "a course for the back near the home",
        ],
        "error": [
            "operation was moved a third time, the caller had been fasting already",
            "reimbursement was calculated with the wrong tariff, rent money is short",
            "referral was sent to the wrong clinic and weeks were lost",
        ],
        "vent": [
            "a cold that has gone round the whole family for a month, no help wanted",
            "waiting rooms with coughing people; the own appointment was on time",
            "gave up sweets on doctor's advice and hates it; just confirms the date",
        ],
    },
    "housing": {
        "ask": [
            "tap drips, who sends the plumber",
            "wants to paint the hall in an own way, is it allowed",
            "heating costs statement, how is it shared out",
            "a pram and a scooter in the stairwell",
            "would like to swap into a bigger flat",
            "plans a summer party in the courtyard",
        ],
        "error": [
            "mould was reported four times, photographs were lost, clothes are ruined",
            "locks were changed on the wrong flat, stood outside till midnight",
            "deposit was paid back short by an arithmetic error that nobody corrects",
        ],
        "vent": [
            "the neighbours' music, already spoken with, it is quiet now",
            "scaffolding and dust from the house across the road",
            "pigeons on the balcony for years; only gives a new phone number",
        ],
    },
    "municipality": {
        "ask": [
            "new identity card before a journey",
            "registering a change of address for a family",
            "parking permit for a carer's car",
            "where does the garden waste go",
            "market stall or street festival permit",
            "place in a day nursery from autumn",
        ],
        "error": [
            "passport was printed with a wrong birthday, the flight was lost",
            "fined for parking on a day the permit was valid",
            "nursery place was confirmed and then given to somebody else, job start is at risk",
        ],
        "vent": [
            "dogs and their owners in the park, knows this office is not in charge",
            "road works on every way to work; the form is already handed in",
            "young people on the bench at night; calls to thank for a returned letter and unloads",
        ],
    },
    "automotive": {
        "ask": [
            "warning lamp after the service, can it be driven",
            "winter tyres, storage and a date for the change",
            "electric car, how does charging at home work",
            "wants to try the new model for a weekend",
            "recall letter came for a sold car",
            "quote for a tow bar on an older car",
        ],
        "error": [
            "garage forgot to tighten a wheel, it was noticed on the motorway",
            "wrong oil was filled in and the bill came for the engine damage",
            "ordered car arrived without the paid extras after nine months",
        ],
        "vent": [
            "someone scratched the door in a car park and drove off, no claim wanted",
            "traffic every morning and nobody indicates; car is ready for collection",
            "fuel prices and driving lessons of the daughter; the appointment stands",
        ],
    },
    "software": {
        "ask": [
            "cannot sign in after the update",
            "how to move data from the old computer",
            "licence for five people in a workshop",
            "wants to know what the program sends home",
            "invoices should have an own layout",
            "is there a way to test the coming version",
        ],
        "error": [
            "update deleted a day's work, the backup function had been broken for months",
            "licence was switched off on pay day through a booking error",
            "support closed the ticket four times without an answer, tax deadline was missed",
        ],
        "vent": [
            "everything wants a password nowadays; the own account works",
            "spilled coffee on the keyboard, own fault, knows it is not covered",
            "the colleague always breaks the spreadsheet; only wanted the version number",
        ],
    },
    "hotel": {
        "ask": [
            "late arrival and early breakfast",
            "room away from the lift, near the garden",
            "seminar for twelve people with a projector",
            "forgot a nightdress or a charger in the room",
            "anniversary weekend, something special",
            "is the pool open and how warm is it",
        ],
        "error": [
            "room was given away although paid, a night in a station hotel at own cost",
            "charged for a minibar that the room did not have",
            "allergy was noted on the booking and the breakfast contained nuts",
        ],
        "vent": [
            "the wedding party in the street was loud, hotel did what it could",
            "the journey home took eleven hours, the stay was fine",
            "other guests and their towels on the chairs; calls about a lost scarf already found",
        ],
    },
    "appliances": {
        "ask": [
            "washing machine shows a code and stops",
            "what does the oven's second fan do",
            "spare part for a coffee machine of nine years",
            "how loud is the dishwasher really",
            "longer warranty for a freezer, yes or no",
            "wants the fridge door to open to the other side",
        ],
        "error": [
            "delivery men tore the new floor and the report was never filed",
            "repairman ordered the wrong part three times, seven weeks without a washing machine",
            "freezer was delivered faulty, the food for a christening is lost",
        ],
        "vent": [
            "things used to last thirty years; the machine is mended since Tuesday",
            "son put a spoon into the mixer, knows that is not covered",
            "instruction leaflets in tiny print; got it running and calls only to register it",
        ],
    },
    "education": {
        "ask": [
            "evening course in Italian, which level",
            "exam date collides with a shift",
            "certificate is needed for an employer",
            "is there a course on bees or bookkeeping this autumn",
            "group registration for a first aid day",
            "online lessons do not load on the tablet",
        ],
        "error": [
            "exam paper was lost by the school, the apprenticeship depends on it",
            "course was cancelled on the day, hotel and train were paid",
            "fee was taken for two people and the reminder came with a penalty",
        ],
        "vent": [
            "fellow learners who chat all lesson, the teacher is good",
            "failed the driving theory again, knows why",
            "maths homework of the granddaughter nobody understands; enrolment is done",
        ],
    },
}

PERSONS = """baker|retired teacher|lorry driver|nurse after a night shift|student|hairdresser with an own salon|farmer|bookkeeper
young father|widow|choir conductor|electrician|shop assistant|engineer|taxi driver|janitor|gardener|dentist's assistant|musician|carer of a parent
football coach|civil servant|waiter|estate agent|au pair|pharmacist|carpenter|grandmother of six|apprentice|librarian|warehouse worker|translator
police officer off duty|start-up founder|cleaner|surveyor|yoga teacher|bus driver|butcher|night porter|vet|lawyer|painter and decorator|web designer
soldier on leave|retired miner|midwife|fitness trainer|cook|chess club treasurer|language learner|landlady of a small pub|chimney sweep|photographer
stay-at-home mother of twins|van courier|lab technician|parish volunteer|fishmonger|theatre usher|hobby astronomer|camp site owner|bricklayer|seamstress
sales representative on the road|unemployed|insurance clerk elsewhere|pensioner with a hearing aid|scout leader|graphic novelist|tram conductor|florist"""

SETTINGS = """at the kitchen table|in a parked car|on a train with a poor line|at work between two tasks|outside, windy|with a child in the room|late in the evening
in a shop|at home with papers spread out|hands full, on loudspeaker|in a waiting room|on a lunch break|calling for somebody else|second call today
after a long wait in the queue|just woken up|with a partner listening in|on a building site|walking the dog|from abroad"""

AGENTS = ["brisk", "warm", "by the book", "easy-going", "new in the job", "tired but correct", "thorough"]
OPENS = ["agent greets with company and own name", "agent greets shortly", "call was put through by a colleague",
         "agent calls back as agreed", "agent asks for the customer number at once", "caller speaks first"]

NAMES = {
    "en": {
        "first": """Alder Brenna Callum Dorothea Edwin Freya Gareth Harriet Idris Joyce Keira Lorcan Mabel Nigel Orla Percy Quentin Rosalind Stella Trevor
Una Vincent Winnie Yusuf Zadie Amara Bashir Chidi Devika Emeka Farida Goran Hana Imran Jiho Katya Leandro Mei Noor Oksana Paolo Rafaela Samir Tomasz
Viveka Wen Ximena Yara Zoltan Bridget Colm Delphine Esme Fergus Gwen Hector""",
        "last": """Ashgrove Birtwell Cobbold Dunmore Eastoe Fairlamb Garside Hepworth Inskip Jessop Kettle Lumley Marchbank Nettleton Ormerod Pickersgill
Quayle Ramsbottom Sowerby Thackray Umpleby Verity Wadlow Yardley Abara Bhandari Castellano Dimitrov Eze Farouk Grabowski Haddad Ibekwe Jovanovic
Kowal Lindqvist Mbeki Nakata Oyelaran Petrescu Qureshi Rahimi Silveira Tanaka Ustinov Varga Wojcik Yilmaz Zielinski Arkwright Blenkin Crumpton
Dewhurst Entwistle Featherby Gillow Hindle Ivatt Kershaw Lockett Mossop Nuttall Osgood Postle""",
    },
    "de": {
        "first": """Almut Bertram Cordula Detlef Edeltraud Friedhelm Gesine Hartmut Ilka Jost Korbinian Liselotte Malte Neele Ottmar Philippa Quirin Roswitha
Sönke Traudl Uwe Veronika Wiebke Xaver Zita Aylin Bogdan Catarina Dragan Elif Farid Giulia Hamid Ivana Jelena Kemal Leila Marek Nadia Olena Piotr
Rania Slavko Tamara Vasil Yasemin Zeynep Burkhard Hedwig Ansgar Frauke Gunnar Insa Lothar Mechthild""",
        "last": """Achterberg Bimmermann Clasing Dornseif Eichstädt Feddersen Gänsler Hollerbusch Ihringer Jessen Kaltwasser Lindhorst Mühlhaus Niebergall
Oberländer Pfannenstiel Quast Rademacher Sauerbier Tiedemann Uhlendorf Vosskuhl Wachendorf Zumbusch Aksoy Bednarz Cvetkovic Demirel Esposito Fofana
Gashi Hrubesch Iliev Jankowski Kostic Lazarov Markovic Nowicki Öztürk Pavlenko Ristic Shehu Tzimas Usta Vidovic Wasilewski Yildirim Zelenka
Ambacher Bollinger Dasselhoff Eggebrecht Flachskamp Grundel Hasenkamp Immendorf Kleinsorge Lausitzer Marquering Nettekoven Ottensmeier Pankratz""",
    },
}
