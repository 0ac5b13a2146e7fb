"""Invented names: schools and their nicknames, people, lessons. Nobody real is meant."""

from __future__ import annotations


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in " ".join(text.split()).split(", "))


ELEMENTARY = _listed("""
    Oak, Cedar Hill, Maple Grove, Willow Creek, Lincoln, Sunrise, Harriet Tubman, Pine Ridge, Lakeside, Prairie
    View, Washington, Eastgate, Meadowbrook, Rosa Parks, Stone Bridge, Northfield, Garfield, Birchwood, Cesar
    Chavez, Riverside, Fairmont, Holly Springs, Summit, Orchard Park, Juniper, Clearwater, Hawthorne, Sycamore,
    Bluebird, Franklin, Elm Street, Canyon, Horizon, Mill Pond, Sandstone, Wildflower
""")
MIDDLE = _listed("""
    Riverbend, Lakeview, Sojourner Truth, Westfield, Ridgeline, Mae Jemison, Valley, Harbor
""")
GIVEN_FEMALE = _listed("""
    Ava, Maria, Zoe, Aaliyah, Emma, Sofia, Mei, Grace, Fatima, Olivia, Camila, Priya, Naomi, Ella, Jasmine,
    Lucia, Hannah, Imani, Chloe, Valentina, Leila, Nora, Ximena, Ruth, Tiana, Isabel, Amara, Kayla, Linh,
    Audrey, Daniela, Nia, Sadie, Yara, Elena, Brianna, Keiko, Alma
""")
GIVEN_MALE = _listed("""
    Liam, Mateo, Noah, Jamal, Ethan, Diego, Wei, Samuel, Omar, Lucas, Andre, Arjun, Isaac, Owen, Malik,
    Santiago, Caleb, Kofi, Henry, Javier, Yusuf, Miles, Emilio, Jonah, Darius, Gabriel, Tariq, Logan, Minh,
    Theo, Rafael, Elijah, Wyatt, Hassan, Marco, Xavier, Kenji, Abel
""")
FAMILY = _listed("""
    Garcia, Johnson, Nguyen, Smith, Martinez, Williams, Patel, Brown, Hernandez, Davis, Kim, Miller, Lopez,
    Jackson, Chen, Wilson, Gonzalez, Robinson, Ali, Anderson, Rivera, Harris, Singh, Clark, Torres, Walker,
    Tran, Young, Flores, Allen, Okafor, Wright, Ramirez, Scott, Park, Hill, Morales, Green, Ahmed, Adams, Reyes,
    Baker, Yang, Nelson, Cruz, Carter, Haddad, Mitchell, Ortiz, Turner, Begum, Phillips, Vargas, Campbell,
    Mensah, Parker, Castillo, Evans, Ito, Edwards, Soto, Collins, Desta, Stewart, Mendoza, Morris, Vang, Rogers,
    Delgado, Reed, Osei, Cook, Salazar, Bell, Khan, Murphy, Navarro, Bailey, Thao, Cooper, Fuentes, Howard,
    Diallo, Ward
""")
RACES = ("white", "hispanicOrLatinoEthnicity", "blackOrAfricanAmerican", "asian", "demographicRaceTwoOrMoreRaces")
RACE_SHARES = (0.40, 0.30, 0.17, 0.08, 0.05)

DOMAINS = ("Phonics", "High-Frequency Words", "Vocabulary", "Comprehension: Literature", "Comprehension: Nonfiction")
DOMAIN_CODES = ("PH", "HFW", "VOC", "LIT", "NON")
TOPICS = (
    "Long Vowels: ai, ay",
    "Blends at the Ends of Words",
    "Two-Syllable Words",
    "Prefixes and Suffixes",
    "Words from Greek",
    "Words with Many Meanings",
    "Context Clues",
    "Main Idea, Details, and Evidence",
    "Retelling in Order",
    "Asking Questions",
    "Point of View",
    "Cause and Effect",
    "Comparing Two Texts",
    "Reading a Diagram",
    "Theme",
    "Inference",
)


def school_name(position: int, level: str) -> str:
    """The full name of the school at this position among its level's schools."""
    stems, suffix = (ELEMENTARY, "Elementary School") if level == "elementary" else (MIDDLE, "Middle School")
    again = position // len(stems)
    stem = stems[position % len(stems)] + (f" {again + 1}" if again else "")
    return f"{stem} {suffix}"


def nickname(name: str) -> str:
    """How a vendor's account lists the school: 'Oak Elementary School' becomes 'Oak Elem.'."""
    return name.replace("Elementary School", "Elem.").replace("Middle School", "MS")
