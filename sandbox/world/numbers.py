"""Fictitious phone numbers and e-mail addresses that nobody owns.

555-0100 to 555-0199 are set aside for fiction in every area code. That gives about 30,000 numbers; a world
with more people continues with other 555 numbers, which no exchange assigns either but which are not formally
reserved.
"""

from __future__ import annotations

# Geographic area codes in service, without those that the brands' own numbers use.
_AREA_CODES_TEXT = """
201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 231 234 235
239 240 248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 304 305 307 308 309 310
312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 341 346 347 350
351 352 353 360 361 363 364 369 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424
425 430 432 434 435 440 442 443 445 447 448 458 463 464 469 470 472 475 478 479 480 484 501 502 503 504 505
507 508 509 510 512 513 515 516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 564 567 570 571
572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 610 612 615 616 617 618 619 620 623 626 628
629 630 631 636 640 641 645 646 650 651 656 657 659 660 661 662 667 669 678 680 681 682 686 689 701 702 703
704 706 707 708 712 713 714 715 716 717 718 719 724 725 726 727 728 730 731 732 734 737 738 740 743 747 748
754 757 760 762 763 765 769 770 771 772 773 774 775 781 785 786 801 802 803 804 805 806 808 810 812 813 814
816 817 818 820 821 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859 860 861 862
863 864 865 870 872 878 901 903 904 906 907
"""
_AREA_CODES: tuple[str, ...] = tuple(_AREA_CODES_TEXT.split())
_RESERVED = 100 * len(_AREA_CODES)
_STRIDE = 7919  # coprime to every range used here, so that consecutive people get unlike numbers


def phone_number(ordinal: int) -> str:
    """The `ordinal`-th phone of the world (from 0) as E.164; different ordinals give different numbers.

    Raises:
        OverflowError: more than about 3 million phones were asked for.
    """
    if ordinal < _RESERVED:
        position = ordinal * _STRIDE % _RESERVED
        line = 100 + position // len(_AREA_CODES)
    else:
        position = (ordinal - _RESERVED) * _STRIDE % (9700 * len(_AREA_CODES))
        line = 200 + position // len(_AREA_CODES)
        # 555-5555 is what people type instead of a number; nobody may really have it.
        line = 9950 if line == 5555 else line
        if ordinal >= _RESERVED + 9700 * len(_AREA_CODES):
            raise OverflowError("the sandbox has no more fictitious phone numbers")
    return f"+1{_AREA_CODES[position % len(_AREA_CODES)]}555{line:04d}"


def stranger_number(ordinal: int) -> str:
    """The number of a caller who belongs to no household: sellers and robots call from toll-free numbers."""
    return f"+1{('800', '833', '844', '855', '866', '877', '888')[ordinal % 7]}55501{ordinal // 7 % 100:02d}"


def mailbox_suffix(person_id: int) -> int:
    """A number that makes two people's mailboxes differ, without showing their order."""
    return person_id * 48271 % 999_983
