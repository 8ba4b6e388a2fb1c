"""Names of people, streets and firms to draw from. Common enough that strangers share them."""

from __future__ import annotations

_FIRST_NAMES_TEXT = """
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph
Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Margaret
Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian
Melissa George Deborah Timothy Stephanie Ronald Rebecca Jason Sharon Edward Laura Jeffrey Cynthia Ryan
Dorothy Jacob Amy Gary Kathleen Nicholas Angela Eric Shirley Jonathan Emma Stephen Brenda Larry Pamela
Justin Nicole Scott Anna Brandon Samantha Benjamin Katherine Samuel Christine Gregory Debra Alexander Rachel
Patrick Carolyn Frank Janet Raymond Maria Jack Olivia Dennis Heather Jerry Helen Tyler Catherine Aaron Diane
Jose Julie Adam Victoria Nathan Joyce Henry Lauren Zachary Kelly Douglas Christina Peter Ruth Kyle Joan Noah
Virginia Ethan Judith Jeremy Evelyn Christian Hannah Walter Andrea Keith Megan Austin Cheryl Roger
Jacqueline Terry Madison Sean Teresa Gerald Abigail Carl Sophia Dylan Martha Harold Sara Jordan Gloria Jesse
Janice Bryan Kathryn Lawrence Ann Arthur Isabella Gabriel Judy Bruce Charlotte Logan Julia Billy Grace Joe
Amber Alan Alice Juan Jean Elijah Denise Willie Frances Albert Danielle Wayne Marilyn Randy Natalie Mason
Beverly Vincent Diana Liam Brittany Roy Theresa Bobby Kayla Caleb Alexis Bradley Doris Russell Lori Lucas
Tiffany Priya Wei Mei Ahmed Fatima Carlos Lucia Miguel Sofia Hiroshi Yuki Ivan Olga Kwame Amara Siobhan Sean
Giulia Marco
"""
FIRST_NAMES: tuple[str, ...] = tuple(_FIRST_NAMES_TEXT.split())

NICKNAMES: dict[str, str] = {
    "James": "Jim",
    "Robert": "Bob",
    "Michael": "Mike",
    "David": "Dave",
    "Elizabeth": "Liz",
    "William": "Bill",
    "Barbara": "Barb",
    "Richard": "Rick",
    "Susan": "Sue",
    "Joseph": "Joe",
    "Thomas": "Tom",
    "Charles": "Chuck",
    "Christopher": "Chris",
    "Daniel": "Dan",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Margaret": "Peggy",
    "Donald": "Don",
    "Steven": "Steve",
    "Kimberly": "Kim",
    "Andrew": "Andy",
    "Joshua": "Josh",
    "Kenneth": "Ken",
    "Deborah": "Debbie",
    "Timothy": "Tim",
    "Stephanie": "Steph",
    "Ronald": "Ron",
    "Rebecca": "Becky",
    "Edward": "Ed",
    "Jeffrey": "Jeff",
    "Kathleen": "Kathy",
    "Nicholas": "Nick",
    "Jonathan": "Jon",
    "Stephen": "Steve",
    "Pamela": "Pam",
    "Samantha": "Sam",
    "Benjamin": "Ben",
    "Katherine": "Kate",
    "Samuel": "Sam",
    "Gregory": "Greg",
    "Alexander": "Alex",
    "Patrick": "Pat",
    "Raymond": "Ray",
    "Catherine": "Cathy",
    "Victoria": "Vicky",
    "Nathan": "Nate",
    "Zachary": "Zach",
    "Douglas": "Doug",
    "Christina": "Tina",
    "Peter": "Pete",
    "Jacqueline": "Jackie",
    "Gerald": "Jerry",
    "Lawrence": "Larry",
    "Theresa": "Terri",
    "Bradley": "Brad",
    "Russell": "Russ",
}

_LAST_NAMES_TEXT = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis
Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera
Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart
Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim
Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo
Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler
Henderson Barnes Gonzales Fisher Vasquez Simmons Romero Jordan Patterson Alexander Hamilton Graham Reynolds
Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray Ford
Castro Marshall Owens Harrison Fernandez McDonald Woods Washington Kennedy Wells Vargas Henry Chen Freeman
Webb Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon
Munoz Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice
Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer
Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott Cunningham Duncan Armstrong Hudson
Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman Johnston Matthews Pena Richards
Contreras Willis Carpenter Lawrence Sandoval Guerrero George Chapman Rios Estrada Ortega Watkins Greene
Nunez Wheeler Valdez Harper Burke Larson Santiago Maldonado Morrison Franklin Carlson Austin Dominguez Carr
Lawson Jacobs OBrien Lynch Singh Vega Bishop Montgomery Oliver Jensen Harvey Williamson Gilbert Dean Sims
Espinoza Howell Li Wong Reid Hanson Le McCoy Garrett Burton Fuller Wang Weber Welch Rojas Lucas Marquez
Fields Park Yang Little Banks Padilla Day Walsh Bowman Schultz Luna Fowler Mejia Kowalski Novak Okafor
Haddad Rossi Svensson
"""
LAST_NAMES: tuple[str, ...] = tuple(_LAST_NAMES_TEXT.split())

_STREET_NAMES_TEXT = """
Oak Maple Cedar Pine Elm Walnut Chestnut Birch Willow Spruce Ash Hickory Sycamore Juniper Magnolia Dogwood
Washington Jefferson Lincoln Madison Jackson Monroe Adams Franklin Grant Harrison Cleveland Roosevelt Park
Lake River Hill Ridge Valley Meadow Forest Spring Prairie Highland Sunset Sunrise Church School Mill Bridge
Station Market Garden Orchard Vine Cherry Peach Apple Laurel Holly Ivy Rose Lilac Clover Fern Heather Aspen
Poplar Cypress Redwood Sequoia Canyon Mesa Summit Pinnacle Bluff Creek Brook Stone Granite Quarry Copper
Silver Gold Fox Deer Elk Eagle Hawk Robin Wren Heron Pheasant Quail Bear Wolf Cobblestone Lantern Harvest
Autumn Winter Colonial Liberty Heritage Pioneer Homestead Carriage Saddle Stable Mustang Wagon Frontier
Chapel Abbey Cambridge Oxford Windsor Kensington Somerset Devon Sussex Essex Berkshire Dover
"""
STREET_NAMES: tuple[str, ...] = tuple(_STREET_NAMES_TEXT.split())

STREET_SUFFIXES: tuple[str, ...] = ("St", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Way", "Pl", "Ter")
SUFFIX_WORDS: dict[str, str] = {
    "St": "Street",
    "Ave": "Avenue",
    "Rd": "Road",
    "Dr": "Drive",
    "Ln": "Lane",
    "Ct": "Court",
    "Blvd": "Boulevard",
    "Way": "Way",
    "Pl": "Place",
    "Ter": "Terrace",
}
DIRECTIONS: tuple[str, ...] = ("", "", "", "", "N ", "S ", "E ", "W ")
DIRECTION_WORDS: dict[str, str] = {"N": "North", "S": "South", "E": "East", "W": "West"}

FIRM_WORDS: tuple[str, ...] = (
    "Bakery",
    "Dental",
    "Auto Repair",
    "Coffee Roasters",
    "Fitness",
    "Pet Clinic",
    "Law Office",
    "Books",
    "Hardware",
    "Daycare",
    "Brewing",
    "Salon",
    "Printing",
    "Storage",
    "Diner",
)
FIRM_FORMS: tuple[str, ...] = ("LLC", "Inc", "Co", "")
MANAGER_FORMS: tuple[str, ...] = ("Property Management", "Realty Management", "Residential", "Apartments")

MAIL_DOMAINS: tuple[str, ...] = (
    "example.com",
    "example.com",
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.net",
    "inbox.example.org",
)
