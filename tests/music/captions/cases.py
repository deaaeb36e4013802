"""Captions as people and assistants write them, and what a musician would take each to ask for.

One a line, ``caption | expectations``: ``style=a/b`` one of these; ``tempo=90-110`` or ``tempo=96`` BPM;
``key=A_minor``; ``mode=minor``; ``metre=6/8``; ``has=…`` instruments named; ``no=…`` tracks or instruments
ruled out; ``plays=…`` tracks not ruled out; ``only=…`` the tracks left; ``unnamed=…`` instruments not asked
for; ``inst`` no voice; ``less=…`` and ``more=…`` layers that play less or more than is usual; ``feel=half-time``; ``mood=a/b``; ``lasts=30`` seconds; ``tongue=es`` the language to sing in.
"""

CAPTIONS = """
upbeat pop song with catchy hooks, 120 BPM | style=pop tempo=120 mood=happy
an energetic modern pop anthem with soaring synths | style=pop has=synth_lead tempo=105-135
Driving rock with distorted guitars and pounding drums | style=rock has=distorted_guitar tempo=120-170
chill lo-fi hip hop beat with vinyl crackle and Rhodes | style=lo-fi has=vinyl,electric_piano tempo=66-90
lofi beats to study to | style=lo-fi tempo=66-90
90s boom bap hip hop, 92 bpm, jazzy piano sample | style=hip_hop tempo=92 has=piano
smooth jazz with saxophone solo | style=jazz has=saxophone plays=drums,bass,keyboard
classical string quartet in D major | style=classical/baroque key=D_major only=strings
Electronic dance music with a big drop at 128BPM | style=electronic/house tempo=128
country song with banjo and fiddle | style=country has=banjo,violin
acoustic folk ballad, fingerpicked guitar, 3/4 | style=folk/ballad has=acoustic_guitar metre=3/4 tempo=50-110
slow 12-bar blues in E with harmonica | style=blues key=E_major tempo=50-90 has=harmonica
roots reggae with heavy bass and organ bubble | style=reggae has=organ
latin party song with congas and trumpets | style=latin/salsa has=percussion,trumpet
smooth R&B slow jam in Eb minor | style=r&b key=Eb_minor tempo=55-85
thrash metal at 190 bpm | style=metal tempo=190
deep house, 122 bpm, warm pads, no vocals | style=house tempo=122 has=pad no=vocals
dark warehouse techno, 135 BPM, hypnotic | style=techno tempo=135 mode=minor
hard trap beat with booming 808s, 140 bpm, dark bells | style=trap tempo=140 has=808_bass,bells mode=minor
liquid drum and bass, 174bpm, F minor, ethereal pads | style=drum_and_bass tempo=174 key=F_minor has=pad
jungle with chopped breakbeats | style=drum_and_bass tempo=155-180
bossa nova with nylon guitar and soft flute | style=bossa_nova has=nylon_guitar,flute
a Viennese waltz for orchestra | style=waltz metre=3/4
waltz in 3/4, piano and violin only | style=waltz/classical metre=3/4 only=keyboard,strings
ambient soundscape, no drums, very slow evolving pads | style=ambient no=drums has=pad tempo=30-66
epic cinematic trailer music with choir and brass | style=cinematic has=choir,brass mood=epic
funky bassline and slap bass groove with wah guitar | style=funk has=electric_bass
classic soul ballad with horns and Hammond organ | style=soul/ballad has=brass,organ tempo=55-95
1970s disco with strings and four on the floor | style=disco has=strings tempo=108-126
ska with offbeat guitar and trombones | style=ska has=trombone
uplifting gospel choir with piano and hand claps | style=gospel has=choir,piano,percussion mode=major
80s synthwave, 100 bpm, neon and nostalgic | style=synthwave tempo=100
8-bit chiptune for a retro platformer, fast | style=chiptune tempo=140-190
reggaeton, 95 BPM, latin urban, dembow rhythm | style=reggaeton tempo=95
afrobeats summer vibe, 104 bpm | style=afrobeat tempo=104
klezmer clarinet and accordion dance | style=klezmer has=clarinet,accordion
passionate Argentine tango with bandoneon and violin | style=tango has=accordion,violin
fiery flamenco guitar with palmas | style=flamenco has=nylon_guitar
celtic jig with fiddle, tin whistle and bodhran | style=celtic metre=6/8 has=violin,whistle,percussion
irish reel, lively | style=celtic tempo=100-140
bluegrass breakdown with banjo, mandolin and upright bass, no drums | style=bluegrass/country has=banjo,mandolin,upright_bass no=drums
boogie woogie piano, 160 bpm | style=boogie tempo=160 has=piano
dub reggae, spacey echoes, deep bass | style=dub/reggae
grime beat, 140 BPM, aggressive | style=grime tempo=140
phonk with cowbell, 130 bpm, dark and aggressive | style=phonk/trap tempo=130 mode=minor has=percussion
bright K-pop dance track in B major | style=k-pop/pop key=B_major
Japanese city pop, 80s, groovy slap bass | style=city_pop/disco/funk has=electric_bass
post-rock crescendo with reverb-drenched guitars | style=post-rock has=electric_guitar
shoegaze wall of sound, dreamy | style=shoegaze/post-rock/rock
90s grunge, Drop D, angsty | style=grunge/rock
gentle lullaby with music box | style=lullaby has=music_box tempo=50-80
military march with snare drum and brass band | style=march has=brass metre=2/4/4/4
cheerful Christmas song with sleigh bells | style=christmas mode=major
jazz waltz at 140 | style=jazz metre=3/4
ballad in A minor, 6/8, around 60bpm | style=ballad key=A_minor metre=6/8 tempo=60
indie folk with banjo and handclaps at 96 bpm | style=folk tempo=96 has=banjo,percussion
sad piano ballad | style=ballad mode=minor has=piano mood=sad
solo piano, melancholic, in the style of a nocturne | only=keyboard mode=minor
solo cello suite in G major | only=strings has=cello key=G_major
a cappella doo-wop | only=vocals,backing_vocals
only piano and strings, tender | only=keyboard,strings
just acoustic guitar and voice | only=guitar,vocals
instrumental hip-hop beat | style=hip_hop inst
orchestral music without percussion | style=classical/cinematic no=percussion,drums
rock but no guitar | style=rock no=guitar
pop song with less drums | style=pop plays=drums unnamed=acoustic_kit
jazz trio with upright bass and brushed drums | style=jazz has=upright_bass,brushed_kit
techno, no melody, just drums and bass | style=techno only=drums,bass
no drums, no bass, only pads and piano | only=synth,keyboard
drumless ambient guitar piece | no=drums has=electric_guitar/acoustic_guitar
beatless drone in C minor | style=ambient no=drums key=C_minor
calm meditation music with singing bowls and flute | style=ambient has=flute mood=calm
happy ukulele song for a commercial | has=ukulele mode=major
fast punk rock, 180 bpm | style=punk tempo=180
half-time trap beat at 70 bpm | style=trap tempo=70
double-time drum and bass at 175 bpm | style=drum_and_bass tempo=175
tempo: 88, key: Gm, lo-fi | style=lo-fi tempo=88 key=G_minor
Key of F# major, 110 BPM, synth pop | style=synthwave/pop key=F#_major tempo=110
in F#, slow and dreamy | key=F#_major
E-flat major string serenade | key=Eb_major style=classical has=strings
Bb dorian funk jam | key=Bb_dorian style=funk
D mixolydian rock groove | key=D_mixolydian style=rock
A harmonic minor metal riff | key=A_minor style=metal
C#m trap beat | key=C#_minor style=trap
90-100 bpm chill beat | tempo=90-100
between 120 and 130 BPM, house | tempo=120-130 style=house
♩ = 76, chorale for brass | tempo=76 has=brass
techno at one hundred and thirty bpm | style=techno tempo=120-140
a song in 12/8 time, slow blues | metre=12/8 style=blues
cut time march in 2/4 | metre=2/4 style=march
in 6/8 time, sea shanty with accordion | metre=6/8 has=accordion
polka with tuba and accordion | metre=2/4 has=tuba,accordion
minuet in G for harpsichord | metre=3/4 key=G_major has=harpsichord
baroque fugue for organ in D minor | style=baroque/classical key=D_minor has=organ
acid jazz with electric piano | style=jazz/funk has=electric_piano
acid house | style=house
acid techno 303 | style=techno has=acid_synth
electro swing with clarinet | style=swing has=clarinet
trip hop, 85 bpm, moody, female vocals | style=trip_hop/hip_hop tempo=85 has=female_voice
UK garage with shuffled hats and chopped vocals | style=uk_garage/house
future bass with supersaws and vocal chops | style=future_bass/electronic has=supersaw
psytrance 145 bpm | style=trance tempo=145
hardstyle kick, euphoric, 150 BPM | style=trance/hardstyle tempo=150
neoclassical piano with soft strings, no percussion | style=classical has=piano,strings no=percussion,drums
medieval tavern music with lute and recorder | has=whistle style=folk/celtic/medieval
mariachi with trumpets, violins and guitarrón | style=mariachi/latin has=trumpet,violin
salsa dura, piano montuno, horns | style=salsa/latin has=piano,brass
samba batucada | style=samba
cumbia with accordion | style=cumbia/latin has=accordion
rockabilly with slapback guitar and upright bass | style=rock_and_roll/rockabilly has=upright_bass
surf rock with spring reverb | style=surf/rock
spaghetti western with whistling and trumpet | has=whistle,trumpet
spooky Halloween music with theremin and organ | mode=minor has=organ mood=dark
elevator music, bossa style | style=bossa_nova
corporate background music, inspiring, piano and light drums | has=piano mode=major plays=drums
30-second podcast intro jingle, upbeat | lasts=30
2 minute workout track, high energy, 140 BPM | lasts=120 tempo=140
an emotional film score with strings, piano and solo violin | style=cinematic has=strings,piano,violin plays=keyboard
tense horror soundtrack with dissonant strings | style=cinematic has=strings mode=minor
video game boss battle, orchestral metal with choir | style=metal has=choir
lounge jazz, muted trumpet, brushes | style=jazz has=trumpet,brushed_kit
big band swing, 180 bpm, in Bb | style=swing tempo=180 key=Bb_major
gypsy jazz with two acoustic guitars and violin | style=gypsy_jazz/swing has=acoustic_guitar,violin
ragtime piano solo | style=ragtime/swing has=piano
New Orleans brass band, second line | style=swing/brass_band has=brass
industrial metal, mechanical, 120 bpm | style=metal tempo=120
death metal with blast beats and growls | style=metal
atmospheric black metal, 170 bpm, E minor | style=metal key=E_minor tempo=170
emo pop-punk, 165 BPM, power chords | style=punk tempo=165 has=distorted_guitar
indie rock with jangly guitars and synths | style=rock has=electric_guitar,synth_lead
dream pop, hazy, reverb guitars | style=shoegaze/pop has=electric_guitar mood=dreamy
country rock with pedal steel | style=rock/country has=pedal_steel
latin jazz with congas and flute | style=latin/jazz/bossa_nova has=percussion,flute
afro house, 120 bpm, percussive | style=house/afrobeat tempo=120
amapiano log drum groove 112 bpm | style=amapiano/house tempo=112
hyperpop, glitchy, 160 bpm | style=pop/electronic/k-pop/chiptune tempo=160
vaporwave slowed down mall music | style=synthwave tempo=50-100
minimal techno without any synths | style=techno no=synth
a haunted house ambience with strings | style=cinematic/ambient/classical has=strings
a march through the desert with oud and hand drums | has=percussion
rock song about walking down a country road in March | style=rock
a song about a minor setback | style=pop
not sad, happy pop | style=pop mode=major mood=happy
nothing too fast, relaxed acoustic guitar | tempo=50-110 has=acoustic_guitar mood=calm
folk without banjo but with violin | style=folk no=banjo has=violin
orchestra, avoid brass and woodwinds | no=brass,woodwinds plays=strings
Pop. Do not make the drums too busy. | plays=drums
folk, never let the guitar get busy | plays=guitar
rock without making the drums too loud | plays=drums
rock without removing the drums | plays=drums
rock. Drop the drums, strings take over | no=drums has=strings
pop, same but remove the guitar | no=guitar
rock, remove vocals and guitars | no=vocals,guitar
an important, vibrant jazz piece, ancient sad flute, different quiet strings | style=jazz has=flute,strings mood=sad
pop, don't use too many drums | plays=drums
techno, not without vocals | plays=vocals
rock. Don’t add strings. | no=strings
a pop song that doesn't have drums | no=drums
trap, leave room for vocals, but don't add vocals | no=vocals
pop ballad with vocals but no screaming vocals | plays=vocals
Don’t make it sad. Happy ukulele tune | mood=happy mode=major
a cheerful folk tune that shouldn't sound sad or dark | mood=happy/cheerful
jazz trio, everyone takes a solo: first piano, then bass, then drums | plays=keyboard,bass,drums
no synths please, real instruments: piano, upright bass, drums | no=synth has=piano,upright_bass plays=drums
no drums or percussion, piano and cello | no=drums,percussion has=piano,cello plays=keyboard,strings
no vocals and a soft piano | no=vocals has=piano plays=keyboard
jazz, not rock | style=jazz
harp, without strings | has=harp no=violin
swing with trumpets, but leave the piano out | no=keyboard has=trumpet
r&b, bass guitar replaced by a synth bass | has=synth_bass unnamed=electric_bass
metal with 8-string guitars | unnamed=strings
pads and bells, everything but the pads fades away | has=pad plays=synth
music for a march in March | style=march
tropical house with steel pans | has=steel_drum
harpsichord in the style of Bach, C minor | key=C_minor style=baroque
cello but no other strings, classical | has=cello no=violin
trumpet without a brass section, jazz | has=trumpet
a banjo would be too much, folk with guitar | unnamed=banjo has=acoustic_guitar
a flute would be nice, folk | has=flute
ambient pads, no sudden drums | unnamed=acoustic_kit plays=drums
guitar lesson video, piano only | only=keyboard
everything except drums should be soft, jazz | plays=drums
folk, no minor keys, piano | has=piano
saxaphone and syntesizer, melancolic | has=saxophone,synth_lead mode=minor
eletronic musik, 125bpm | style=electronic tempo=125
pop rock, female vocal, sung in Spanish | style=rock/pop has=female_voice tongue=es
French chanson with accordion, sung in French | has=accordion tongue=fr
gritty garage rock, 150 bpm, fuzz guitars | style=rock tempo=150 has=distorted_guitar
mellow neo-soul groove with Wurlitzer and finger snaps, 82 BPM | style=soul tempo=82 has=electric_piano,percussion
cozy rainy-day lofi with nylon string guitar, no vocals | style=lo-fi has=nylon_guitar no=vocals
symphonic power metal with double kick, 200bpm | style=metal tempo=200
Slow, haunting piano and cello duet in B minor | key=B_minor only=keyboard,strings tempo=40-95
driving synth-pop in G minor, around 118 bpm | tempo=118 key=G_minor style=synthwave/pop
traditional Irish ballad with harp and flute | has=harp,flute style=celtic/ballad
oud-led Middle Eastern groove, hand percussion | has=percussion
tropical house with marimba and steel pans | style=house has=marimba,steel_drum
dreamy bedroom pop at 84 BPM, no guitar | style=pop/shoegaze tempo=84 no=guitar
Barbershop quartet, a capella | only=vocals,backing_vocals
sparse piano only, rubato, sorrowful | only=keyboard mode=minor
a jazzy hip-hop instrumental with double bass | style=hip_hop inst has=upright_bass
stomping glam rock | style=rock
bachata with guitar and bongos | style=latin/bachata has=percussion
drill beat, sliding 808s, 142 bpm, C# minor | style=trap/drill tempo=142 key=C#_minor has=808_bass
eurodance 1990s, 138 bpm | style=trance/electronic/house tempo=138
a triumphant fanfare for trumpets and timpani | has=trumpet,timpani mood=epic
progressive house without drums | style=house no=drums
Brazilian baile funk, 130 bpm | tempo=130
campfire singalong, acoustic guitar, no percussion, no bass | has=acoustic_guitar no=percussion,bass
honky-tonk piano saloon tune | style=country/ragtime/boogie has=piano
gothic rock, gloomy, baritone male vocals | style=rock has=male_voice mode=minor
pirate shanty in 6/8 | metre=6/8
mazurka in A-flat major for piano | metre=3/4 key=Ab_major has=piano
relaxing spa music, 60 bpm, bamboo flute | style=ambient tempo=60 has=flute
trance with piano breakdown, 138BPM, euphoric, key F minor | style=trance tempo=138 key=F_minor has=piano
sad country waltz with pedal steel and fiddle | style=country metre=3/4 has=violin,pedal_steel mode=minor
Motown-style soul, tambourine and horns | style=soul has=percussion,brass
brass quintet playing a chorale, no drums | has=brass no=drums
one-minute upbeat ad jingle with ukulele and glockenspiel | lasts=60 has=glockenspiel,ukulele
folk metal with flute and violin | style=metal has=flute,violin
lullaby for a baby, harp only | style=lullaby only=strings
dancehall riddim 100 bpm | style=reggae/reggaeton/dancehall tempo=100
retro arcade music, square waves, 150bpm | style=chiptune tempo=150
A warm, nostalgic indie-folk track featuring fingerpicked acoustic guitar, soft male vocals, subtle strings and brushed drums at 84 BPM in G major | style=folk tempo=84 key=G_major has=acoustic_guitar,male_voice,strings,brushed_kit
High-energy EDM banger with massive supersaw leads, side-chained bass and euphoric drops, 128 BPM, F# minor | style=electronic tempo=128 key=F#_minor has=supersaw
make me something like Hans Zimmer, big drums and brass, dark | has=brass style=cinematic
bgm for a cooking video, light and bouncy, ukulele and whistling | has=ukulele,whistle
I want a sad song about my ex with piano and violin, around 70 bpm please | has=piano,violin tempo=70 mode=minor
Smooth late-night jazz: tenor sax, upright bass, piano, brushes. Tempo 92. No vocals. | style=jazz tempo=92 has=saxophone,upright_bass,piano,brushed_kit no=vocals
A fast-paced chase scene with staccato strings and taiko drums, 150bpm, D minor | key=D_minor tempo=150 has=strings,percussion style=cinematic/classical
Acoustic singer-songwriter ballad, no drums or bass, guitar and female vocals | no=drums,bass has=female_voice plays=guitar,vocals
Aggressive drill instrumental with sliding 808s and dark piano melody, 144 BPM | style=trap tempo=144 inst has=808_bass,piano mode=minor
Dreamy shoegaze with layered guitars, washed-out drums and whispery female vocals | style=shoegaze has=female_voice
Classic 12-bar blues shuffle in A, electric guitar lead, walking bass, Hammond organ | style=blues key=A_major has=organ
Latin pop summer hit with reggaeton beat, 94 bpm, Spanish vocals | tempo=94 tongue=es style=reggaeton/latin
Minimal deep techno, hypnotic, 124 BPM, no melodic elements | style=techno tempo=124
A solemn Gregorian chant, a cappella, D dorian | key=D_dorian only=vocals,backing_vocals
Baroque harpsichord piece in the style of Bach, C minor, 3/4 | style=baroque/classical key=C_minor metre=3/4 has=harpsichord
cheerful kids song with xylophone, claps and glockenspiel | has=marimba,percussion,glockenspiel mode=major
motivational corporate track - piano, strings, light percussion, 110 BPM, C major | tempo=110 key=C_major has=piano,strings,percussion
Oldschool hip-hop with scratching, funky drum break, no singing | style=hip_hop no=vocals
A heavy doom metal dirge, very slow, tuned to drop A | style=metal tempo=50-110
Upbeat ska-punk with brass section, 170 bpm | style=ska/punk tempo=170 has=brass
tropical calypso with steel drums, ukulele | has=steel_drum,ukulele style=latin
Cozy winter holiday tune with sleigh bells, celesta and choir | has=glockenspiel,choir,percussion style=christmas
lofi | style=lo-fi
jazz | style=jazz
piano | has=piano
make it slow and sad | mode=minor mood=sad
90s eurodance with female hook and piano stabs at 140 | style=trance has=piano
Slow 6/8 gospel ballad with Hammond B3, piano and choir in Db major | style=gospel metre=6/8 key=Db_major has=organ,piano,choir
Rock ballad in E minor with clean electric guitar intro and power chorus | style=rock key=E_minor has=electric_guitar
Driving progressive house, 126bpm, Am, plucks and pads, no piano | style=house tempo=126 key=A_minor has=synth_pluck,pad no=keyboard
A Balkan brass wedding dance, fast, clarinet and tuba | style=klezmer has=clarinet,tuba
Ambient drone for sleep, 10 minutes, no rhythm | style=ambient
Techno-flavoured pop, 122 BPM | style=pop tempo=122
k-pop girl group banger, 130 BPM, B minor, punchy drums, no guitars | style=k-pop tempo=130 key=B_minor no=guitar
Soulful house with gospel vocals & Rhodes chords | style=house has=electric_piano
Bluesy rock riff, overdriven guitars, cowbell, 118bpm | style=rock/blues has=distorted_guitar,percussion tempo=118
string-heavy trip-hop, 80bpm, gloomy, vinyl noise | style=trip_hop tempo=80 has=vinyl mode=minor
Nocturne for solo piano in E-flat major | only=keyboard key=Eb_major
guitar only, flamenco | only=guitar style=flamenco
orchestral without choir, heroic, french horns and timpani | no=backing_vocals has=french_horn,timpani style=classical mood=epic
folk duo: mandolin and guitar, no percussion | style=folk no=percussion,drums has=mandolin
lo-fi hiphop, not too slow, 85 bpm, jazzy guitar, rain sounds | style=lo-fi tempo=85
Electro-swing, 125 BPM, brass and clarinet, vintage | style=swing tempo=125 has=brass,clarinet
Pop punk anthem | style=punk
Neo-classical metal guitar shred in A minor | style=metal key=A_minor
acoustic version, stripped back, just guitar and vocals, no beat | no=drums only=guitar,vocals
BPM: 92 | Key: F#m | Genre: lofi hip hop | Mood: nostalgic | Instruments: rhodes, vinyl crackle, upright bass | style=lo-fi tempo=92 key=F#_minor has=electric_piano,vinyl,upright_bass
indie pop, female vocals, dreamy, reverb guitars, 104 bpm, bittersweet | style=pop/shoegaze tempo=104 has=female_voice,electric_guitar
In the style of a 90s alternative rock radio hit, crunchy guitars, loud choruses, male vocals | style=rock/grunge has=male_voice,distorted_guitar
in the style of a 70s funk band, wah guitar, clavinet, tight horns, no vocals please | style=funk has=clavinet,brass no=vocals
no vocals please, just chill synthwave for driving at night | style=synthwave no=vocals plays=synth,drums
A cinematic orchestral piece that starts with a soft solo piano and slowly builds to a huge climax with choir, brass and timpani, 80 bpm, D minor | style=cinematic/classical tempo=80 key=D_minor has=piano,choir,brass,timpani plays=strings,drums
slow waltz, piano and strings | metre=3/4 tempo=60-96 has=piano,strings
a slow waltz for a wedding dance | metre=3/4 tempo=60-96
fast waltz, accordion | metre=3/4 tempo=150-220 has=accordion
D dorian jazz-funk groove, Rhodes, 110 bpm | key=D_dorian tempo=110 has=electric_piano style=funk/jazz
E phrygian dark techno | key=E_phrygian style=techno
mixolydian folk rock in G | key=G_mixolydian style=rock
lydian film score, wonder and magic, key of F | key=F_lydian style=cinematic
A aeolian trance, 138 | key=A_minor style=trance
progressive rock in 7/8, odd meter, organ and distorted guitar, 132 BPM | metre=7/8 tempo=132 style=rock has=organ,distorted_guitar
jazz in 5/4 like take five, alto sax and piano | metre=5/4 style=jazz has=saxophone,piano
slow 12/8 blues, crying guitar, Bb | metre=12/8 style=blues key=Bb_major tempo=45-80
half-time hip hop, 160 bpm feel, dark piano | style=hip_hop feel=half-time tempo=160 has=piano
trap metal, screaming, 808s, distorted guitars, 150bpm | style=trap/metal tempo=150 has=808_bass,distorted_guitar
melodic techno, Afterlife style, 122 BPM, A minor, emotional lead, arps | style=techno tempo=122 key=A_minor has=synth_pluck
pop, upbeat, summer, tropical, marimba, female singer, catchy chorus, 118 BPM, C major | style=pop tempo=118 key=C_major has=marimba,female_voice mood=happy
Phonk, agressive, cowbel, drift, 140 | style=phonk mode=minor has=percussion
relaxng acustic gutar, no drumms | has=acoustic_guitar no=drums mood=calm
orchestal epic batle music, brass, coir | has=brass,choir mood=epic
electic guitar solo over a slow blues, organ | style=blues has=organ tempo=45-90
jazzy lofi w/ sax, 75bpm, no lyrics | style=lo-fi tempo=75 has=saxophone no=vocals
A heartfelt country ballad about leaving home, with pedal steel, acoustic guitar and brushed snare, 72 bpm | style=country tempo=72 has=pedal_steel,acoustic_guitar,brushed_kit
Deep house | 122bpm | Am | warm Rhodes chords, rolling bassline, no vocal | style=house tempo=122 key=A_minor has=electric_piano no=vocals
minimalist piano, Erik Satie vibes, very sparse, lots of silence | has=piano style=classical less=chords
busy breakbeat drums, growling reese, 172 bpm neurofunk | style=drum_and_bass tempo=172 has=reese_bass more=drums
simple drums, simple bassline, indie | less=drums,bass
folk song with less percussion and more mandolin | style=folk has=mandolin less=drums plays=percussion
uptempo gospel with organ and claps | style=gospel has=organ,percussion tempo=92-150
mid-tempo soul | style=soul tempo=84-112
uptempo bluegrass instrumental with banjo | style=bluegrass has=banjo inst tempo=120-170
slow drum and bass | style=drum_and_bass tempo=150-172
funk carioca 130 bpm | style=samba tempo=130
Instrumental only. Bossa nova guitar, light percussion, flute. 128 BPM. | style=bossa_nova inst has=nylon_guitar/electric_guitar,flute,percussion tempo=128 plays=bass
happy sad song, uplifting but melancholic, 100 bpm | style=pop tempo=100
loud quiet loud grunge in E | style=grunge key=E_major
fast slow jam | style=r&b
acoustic EDM | style=electronic
metal but without distorted guitars, only strings and drums | style=metal no=guitar only=strings,drums
No guitars, no drums: a string quartet version of a pop song | only=strings
everything except vocals, Motown groove | style=soul no=vocals plays=drums,bass
vocals: female, breathy; drums: none; genre: ambient pop | has=female_voice no=drums style=pop/ambient
Genre: Trap / Drill. Tempo: 144. Key: C# minor. Vocals: none. | style=trap tempo=144 key=C#_minor no=vocals
[Genre: Synthpop] [Tempo: 118 BPM] [Key: E minor] [Vocals: Female] | style=synthwave/pop tempo=118 key=E_minor has=female_voice
3/4 time signature, 90 bpm, G major, fingerstyle guitar lullaby | metre=3/4 tempo=90 key=G_major style=lullaby/folk has=acoustic_guitar
tempo 100-110, afro pop, log drums, shakers, male vocal | style=afrobeat tempo=100-110 has=male_voice,percussion
140bpm dubstep with halftime drums and wobble bass | style=dubstep tempo=140 has=reese_bass
double time swing, walking bass, ride cymbal, trumpet | style=swing has=trumpet feel=double-time
60s surf rock instrumental, twangy guitar, 165 bpm | style=surf tempo=165 inst has=electric_guitar
Celtic jig, 6/8, fiddle, bodhrán, tin whistle, 116 bpm | style=celtic metre=6/8 tempo=116 has=violin,percussion,whistle
ambient drone in E lydian, evolving pads, no beat | style=ambient key=E_lydian has=pad no=drums
video game town theme, cozy, SNES style, flute and harp, C major | has=flute,harp key=C_major
background music for a documentary about the ocean, calm, piano, strings, no drums, about 2 minutes long | has=piano,strings no=drums mood=calm
birthday song, cheerful, kids choir | has=choir mode=major
rain, thunder, lofi piano | style=lo-fi has=piano
darkwave, cold synths, deep male vocals, drum machine, 115bpm | tempo=115 has=male_voice,electronic_kit mode=minor
Wedding entrance, violin + cello + harp | has=violin,cello,harp
8bit boss music fast C minor | style=chiptune key=C_minor tempo=140-200
drumless boom bap with soul sample | style=hip_hop no=drums
acapella choir, Renaissance, solemn | only=vocals,backing_vocals
hard rock anthem, 4/4, E minor, 128 bpm, screaming guitar solo, powerful drums, raspy male vocals | style=rock metre=4/4 key=E_minor tempo=128 has=male_voice
ballad, piano, no bass no drums no strings | style=ballad has=piano no=bass,drums,strings
Genre: Reggaeton; BPM: 95; Key: B minor; Mood: sensual; Instruments: synth pluck, 808, shaker; Vocals: Spanish male | style=reggaeton tempo=95 key=B_minor has=808_bass,voice tongue=es
uplifting trance anthem, 138 BPM, F# minor, supersaws, long breakdown with piano | style=trance tempo=138 key=F#_minor has=supersaw,piano
90s trip-hop in the vein of Bristol, dusty drums, upright bass, female vocal, 84bpm | style=trip_hop tempo=84 has=dusty_kit,upright_bass,female_voice
soft jazz for a restaurant, no trumpet | style=jazz no=trumpet
flamenco, nylon guitar, palmas, cajon, no bass, E phrygian | style=flamenco no=bass key=E_phrygian has=nylon_guitar
Metal. 7/8. B minor. 150 BPM. Double kick. | style=metal metre=7/8 key=B_minor tempo=150
mellow afternoon guitar, nothing else | only=guitar
kids song about numbers, xylophone & ukulele, happy, C | has=marimba,ukulele mode=major mood=happy
dance pop, 124, A major, female vocals, claps, synth bass | style=pop tempo=124 key=A_major has=female_voice,percussion,synth_bass
slow reggae dub with lots of echo | style=dub/reggae tempo=50-72
very slow ambient piece for strings | style=ambient has=strings tempo=30-60
sparse trap beat, minimal hi hats, deep 808 | style=trap less=drums has=808_bass
neoclasical solo piano, melancoly, 70bpm | only=keyboard tempo=70 mode=minor
vilin and cello duet, baroqe | style=baroque has=cello
Big band swing tune, trumpets, trombones and saxes, fast, Bb major | style=swing key=Bb_major has=trumpet,trombone,saxophone tempo=170-260
lo fi hip hop radio beats to relax, without saxophone | style=lo-fi no=saxophone
synthwave chase, arpeggiated bass, 110 BPM, no drums until the end | style=synthwave tempo=110
bachata romántica, guitarra, bongó, güira, 125 bpm | style=latin tempo=125 has=percussion
samba enredo, 140 BPM, cavaquinho, surdo | style=samba tempo=140 has=ukulele
dark synth, industrial, 120BPM, E minor, distorted bass, no melody | tempo=120 key=E_minor
Epic orchestral trailer: taiko drums, low brass, choir; 140 BPM; C minor; no vocals with words | has=brass,choir tempo=140 key=C_minor
punk rock, 3 chords, 190bpm, shouty | style=punk tempo=190
smooth r&b slow jam 6/8 | style=r&b metre=6/8 tempo=40-75
acoustic cover style, guitar + voice, simple, intimate | has=acoustic_guitar,voice
drum and bass without bass | style=drum_and_bass no=bass
country waltz in G | style=country metre=3/4 key=G_major
gospel, hand claps only plus choir | style=gospel has=choir
mid tempo funk with slap bass and a busy hi-hat groove | style=funk tempo=95-115 more=drums
disco-funk, 118bpm, strings, brass hits, F minor, male falsetto | tempo=118 key=F_minor has=strings,brass
5/4 electronic, glitchy, 100 bpm, D aeolian | style=electronic metre=5/4 tempo=100 key=D_minor
A lydian dreamscape, harp and celesta, 3/4 | key=A_lydian metre=3/4 has=harp,glockenspiel
melodic drill, piano, violin, 808 slides, C minor, 142 | style=trap key=C_minor tempo=142 has=piano,violin,808_bass
A laid-back reggae groove with offbeat guitar, warm bass and a mellow trombone, 76 bpm, G major, no singing | style=reggae tempo=76 key=G_major has=trombone no=vocals
synth-driven dark pop with pulsing bass, male vocals, minor key, 105 BPM | style=pop tempo=105 mode=minor has=male_voice
Orchestral waltz, 3/4, strings and woodwinds, romantic, 150 bpm, no percussion | metre=3/4 tempo=150 has=strings no=percussion
ambient, ethereal, female choir, slow, reverb, no beat, A minor | style=ambient key=A_minor has=choir no=drums
Funk rock in E with slap bass, wah-wah guitar and tight drums, 112 bpm | style=rock/funk tempo=112 key=E_major has=electric_bass
rap beat, old school, 95bpm, no hook, turntable | style=hip_hop tempo=95
power ballad, 80s, big drums, synth pads, electric guitar solo, 72 bpm, D major | style=ballad tempo=72 key=D_major has=pad
upbeat ukulele and glockenspiel, corporate, no drums | has=ukulele,glockenspiel no=drums
minimal piano and soft pads for sleeping, 60bpm | tempo=60 has=piano,pad
hard techno 150bpm industrial kick rumble | style=techno tempo=150
acoustic blues, resonator guitar, harmonica, foot stomps, 82 bpm in A | style=blues tempo=82 key=A_major has=harmonica
latin jazz, piano montuno, congas, timbales, trumpet solo, 200 bpm | style=latin/jazz tempo=200 has=piano,percussion,trumpet
thirty seconds of spooky harpsichord | has=harpsichord mode=minor lasts=30
sea shanty sung by men, accordion, concertina, stomps, 6/8 | metre=6/8 has=accordion
Indie rock | 140 BPM | D major | jangly guitars | driving drums | no synths | style=rock tempo=140 key=D_major no=synth
lullaby in F major, music box & celesta, very soft, 66 bpm, 3/4 | style=lullaby key=F_major tempo=66 metre=3/4 has=music_box,glockenspiel
drum n bass roller, 174, G# minor, reese, amen break | style=drum_and_bass tempo=174 key=G#_minor has=reese_bass
Afrobeats x Amapiano fusion, 112bpm, log drum, sax | tempo=112 has=saxophone,percussion
country pop, female voice, banjo, steel guitar, hand claps, 98 bpm, key of A | style=country/pop tempo=98 key=A_major has=female_voice,banjo,pedal_steel,percussion
bagpipes and drums, scottish march | has=bagpipes style=celtic/march plays=drums
chiptune waltz | style=chiptune metre=3/4
polka but slow | style=polka tempo=60-104
quick little jazz guitar tune, no piano no horns | style=jazz no=keyboard,brass
three minute prog metal epic in 7/8 with choir | style=metal metre=7/8 has=choir lasts=180
solo violin, baroque, Bach-like, D minor | only=strings key=D_minor style=baroque
modern worship, pads, acoustic guitar, building to a big chorus, 74 bpm, B major | style=gospel tempo=74 key=B_major has=pad,acoustic_guitar
house, but without the four on the floor kick and no claps, 122 | style=house tempo=122
smooth saxophone over r&b beat, slow, sexy, 68 bpm | style=r&b tempo=68 has=saxophone
dense, chaotic free jazz, sax, drums, 220 bpm | style=jazz tempo=220 has=saxophone more=drums,bass
male soul singer over a slow groove | has=male_voice style=soul unnamed=voice
slow doom metal, female operatic vocals | has=female_voice style=metal unnamed=voice
female-fronted rock | has=female_voice
pop with female backing vocals | has=choir unnamed=female_voice
medieval tune with recorder, dorian mode on D | key=D_dorian
folk in D dorian mode | key=D_dorian
nu-disco 116bpm Am, funky guitar | key=A_minor tempo=116
punk rock, under 2 minutes | lasts=108
reggae with off-beat guitar skank | unnamed=acoustic_kit
prog rock, moog solo | has=synth_lead unnamed=synth_bass
metal with double bass drums | unnamed=upright_bass
tropical house, pan flute lead | has=flute
"""
